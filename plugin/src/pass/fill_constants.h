// What a frame means for the pass: the numbers that its shaders are told, and the same for the reference.
#pragma once

#include <span>

#include "pass/composite_reference.h"
#include "pass/frame_constants.h"  // shaders/pass
#include "pass/frame_settings.h"
#include "pass/history_state.h"
#include "pass/pass_settings.h"
#include "pass/reproject_reference.h"

namespace impasto {

// `alignment`: the generator's. `previous`: the frame that history is taken from, or null. `style_vector`: at most
// kMaxStyleVectorLength values.
shaders::FrameConstants frameConstants(const PassSettings& pass, const FrameSettings& frame, uint32_t layer,
                                       uint32_t alignment, const PreviousFrame* previous,
                                       std::span<const float> style_vector) noexcept;

// As the reference wants them, for the same frame.
CompositeSettings compositeSettings(const PassSettings& pass, const FrameSettings& frame) noexcept;
ReprojectSettings reprojectSettings(const PassSettings& pass, const FrameSettings& frame, uint32_t layer,
                                    const PreviousFrame& previous) noexcept;

}  // namespace impasto
