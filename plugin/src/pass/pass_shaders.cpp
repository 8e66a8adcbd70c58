#include "pass/pass_shaders.h"

#include <array>
#include <cstddef>

#include "shaders/composite.comp.f16_layers_target0.h"
#include "shaders/composite.comp.f16_layers_target1.h"
#include "shaders/composite.comp.f16_layers_target2.h"
#include "shaders/composite.comp.f16_layers_target3.h"
#include "shaders/composite.comp.f16_plane_target0.h"
#include "shaders/composite.comp.f16_plane_target1.h"
#include "shaders/composite.comp.f16_plane_target2.h"
#include "shaders/composite.comp.f16_plane_target3.h"
#include "shaders/composite.comp.f32_layers_target0.h"
#include "shaders/composite.comp.f32_layers_target1.h"
#include "shaders/composite.comp.f32_layers_target2.h"
#include "shaders/composite.comp.f32_layers_target3.h"
#include "shaders/composite.comp.f32_plane_target0.h"
#include "shaders/composite.comp.f32_plane_target1.h"
#include "shaders/composite.comp.f32_plane_target2.h"
#include "shaders/composite.comp.f32_plane_target3.h"
#include "shaders/high_pass.comp.layers.h"
#include "shaders/high_pass.comp.plane.h"
#include "shaders/keep.comp.layers.h"
#include "shaders/keep.comp.plane.h"
#include "shaders/pack.comp.f16_layers.h"
#include "shaders/pack.comp.f16_plane.h"
#include "shaders/pack.comp.f32_layers.h"
#include "shaders/pack.comp.f32_plane.h"
#include "shaders/pack_global.comp.f16.h"
#include "shaders/pack_global.comp.f32.h"
#include "shaders/reproject.comp.f16_layers.h"
#include "shaders/reproject.comp.f16_plane.h"
#include "shaders/reproject.comp.f32_layers.h"
#include "shaders/reproject.comp.f32_plane.h"

namespace impasto {
namespace {

namespace s = shaders;

// By layered, then by half.
Spirv choose(const ShaderVariant& variant, const std::array<Spirv, 4>& spirv) noexcept {
  return spirv[(variant.layered ? 2u : 0u) + (variant.half ? 1u : 0u)];
}

}  // namespace

Spirv packShader(const ShaderVariant& variant) noexcept {
  return choose(variant, {s::kPackCompF32Plane, s::kPackCompF16Plane, s::kPackCompF32Layers, s::kPackCompF16Layers});
}

Spirv packGlobalShader(const ShaderVariant& variant) noexcept {
  return variant.half ? Spirv(s::kPackGlobalCompF16) : Spirv(s::kPackGlobalCompF32);
}

Spirv keepShader(const ShaderVariant& variant) noexcept {
  return variant.layered ? Spirv(s::kKeepCompLayers) : Spirv(s::kKeepCompPlane);
}

Spirv reprojectShader(const ShaderVariant& variant) noexcept {
  return choose(variant, {s::kReprojectCompF32Plane, s::kReprojectCompF16Plane, s::kReprojectCompF32Layers,
                          s::kReprojectCompF16Layers});
}

Spirv highPassShader(const ShaderVariant& variant) noexcept {
  return variant.layered ? Spirv(s::kHighPassCompLayers) : Spirv(s::kHighPassCompPlane);
}

Spirv compositeShader(const ShaderVariant& variant, TargetFormat target) noexcept {
  switch (target) {
    case TargetFormat::Rgba8:
      return choose(variant, {s::kCompositeCompF32PlaneTarget1, s::kCompositeCompF16PlaneTarget1,
                              s::kCompositeCompF32LayersTarget1, s::kCompositeCompF16LayersTarget1});
    case TargetFormat::Rgba16f:
      return choose(variant, {s::kCompositeCompF32PlaneTarget2, s::kCompositeCompF16PlaneTarget2,
                              s::kCompositeCompF32LayersTarget2, s::kCompositeCompF16LayersTarget2});
    case TargetFormat::Rgba32f:
      return choose(variant, {s::kCompositeCompF32PlaneTarget3, s::kCompositeCompF16PlaneTarget3,
                              s::kCompositeCompF32LayersTarget3, s::kCompositeCompF16LayersTarget3});
    case TargetFormat::Any:
      break;
  }
  return choose(variant, {s::kCompositeCompF32PlaneTarget0, s::kCompositeCompF16PlaneTarget0,
                          s::kCompositeCompF32LayersTarget0, s::kCompositeCompF16LayersTarget0});
}

}  // namespace impasto
