// What high_pass.comp and composite.comp share: one descriptor set layout and the push constants, as
// plugin/src/pass/pass_pipelines.h has them.
layout(local_size_x = 16, local_size_y = 8) in;

layout(constant_id = 0) const uint kInputEncoding = 0;
layout(constant_id = 1) const uint kOutputEncoding = 0;

layout(binding = 0) uniform texture2D color;
layout(binding = 1) uniform texture2D mask;
layout(binding = 2) uniform writeonly image2D target;
layout(binding = 3) readonly buffer Painted { Quad data[]; } painted;
layout(binding = 4) buffer HighPass { float data[]; } high_pass;

layout(push_constant) uniform Push {
  uvec2 frame_extent;
  uint first_row, rows;    // of this band; the buffers begin with row first_row
  uint width;              // texels of the painted tensor's rows
  uint row_quads, quad;
  uint high_pass_pitch;    // floats per row
  uint has_mask;
  float strength;
  float color_preservation;
  float detail;
  float exposure;
};
