// Depth and normals as hosts have them, and as the generator sees them (docs/style-format.md), one pixel at a time. The
// same as shaders/pass/surface.glsl. No state.
#pragma once

#include <array>
#include <cstdint>

namespace impasto {

// Values as in impasto.h.
enum class DepthEncoding : uint32_t { Linear = 0, Device = 1, DeviceReversed = 2, Orthographic = 3 };
enum class NormalEncoding : uint32_t { Signed = 0, Unorm = 1, Octahedral = 2, OctahedralUnorm = 3 };
enum class NormalSpace : uint32_t { View = 0, World = 1 };

// metres(v) = (a + b v) / (c + d v), with c + d v >= 0: all encodings are of this form, infinite projections too.
struct DepthTransform {
  float a = 0, b = 1, c = 1, d = 0;
};

// `near`, `far`: of device depth, in the units of depth; far may be infinite for perspective projections. `metres`: of
// one unit.
DepthTransform depthTransform(DepthEncoding encoding, float near, float far, float metres) noexcept;

// 1 / (1 + metres): 1 at the eye, 0 at infinity. Device depth is clamped to [0, 1]; negative depth and NaN are the eye.
float packDepth(float value, DepthEncoding encoding, const DepthTransform& transform) noexcept;

using Matrix3 = std::array<std::array<float, 3>, 3>;  // rows

// A view matrix's (column-major, 4x4) rotation: what turns world normals into view space. A uniform scale is taken out.
Matrix3 rotationOf(const std::array<float, 16>& view) noexcept;

inline constexpr Matrix3 kIdentity3 = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};

// `value`: what the image holds (octahedral: the first two). The result's components are in [-1, 1]; it has the length
// that the image gave it, 1 if octahedral. NaN is 0.
std::array<float, 3> packNormal(const std::array<float, 3>& value, NormalEncoding encoding,
                                const Matrix3& to_view) noexcept;

}  // namespace impasto
