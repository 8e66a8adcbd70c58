// How strongly each pixel is painted, by the object that is seen there.
#version 460

layout(set = 0, binding = 0) uniform usampler2D object;
layout(set = 0, binding = 1) readonly buffer Strengths { float strengths[]; };  // by object; 0: the sky

layout(location = 0) out float result;

void main() { result = strengths[texelFetch(object, ivec2(gl_FragCoord.xy), 0).r]; }
