// What high_pass.comp and composite.comp share: one descriptor set layout, as plugin/src/pass/pass_pipelines.h has it.
#include "pass/color.glsl"
#include "pass/frame_constants.h"
#include "pass/images.glsl"

layout(local_size_x = 16, local_size_y = 8) in;

layout(constant_id = 0) const uint kInputEncoding = 0;
layout(constant_id = 1) const uint kOutputEncoding = 0;
layout(constant_id = 2) const uint kSameFormat = 0;  // 1: the output holds every value of the input

// How the target is declared, from the build: TargetFormat (plugin/src/pass/image_formats.h).
#if IMPASTO_TARGET == 1
#define TARGET_FORMAT rgba8,
#elif IMPASTO_TARGET == 2
#define TARGET_FORMAT rgba16f,
#elif IMPASTO_TARGET == 3
#define TARGET_FORMAT rgba32f,
#else
#define TARGET_FORMAT
#endif

layout(binding = 0) uniform Texture color;
layout(binding = 1) uniform Texture mask;
layout(TARGET_FORMAT binding = 2) uniform writeonly Target target;
layout(binding = 3) readonly buffer Painted { Quad data[]; } painted;
layout(binding = 4) buffer HighPass { float data[]; } high_pass;
layout(binding = 5, std140) uniform Frame { FrameConstants frame; };
layout(push_constant) uniform Push { BandPush band; };
