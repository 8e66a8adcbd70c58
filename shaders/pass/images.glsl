// The host's images: 2D, or 2D arrays of the pass's layers (IMPASTO_LAYERED, from the build).
#ifndef IMPASTO_PASS_IMAGES_GLSL
#define IMPASTO_PASS_IMAGES_GLSL
#extension GL_EXT_samplerless_texture_functions : require

#if IMPASTO_LAYERED
#define Texture texture2DArray
#define Target image2DArray
#define fetchTexel(image, at, layer) texelFetch(image, ivec3(at, layer), 0)
#define storeTexel(image, at, layer, value) imageStore(image, ivec3(at, layer), value)
#else
#define Texture texture2D
#define Target image2D
#define fetchTexel(image, at, layer) texelFetch(image, at, 0)
#define storeTexel(image, at, layer, value) imageStore(image, at, value)
#endif

#endif
