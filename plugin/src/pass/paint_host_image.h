// impastoPaintHostImage: a picture in host memory through the fp32 reference or the CPU backend, and the reference
// composite.
#pragma once

#include "impasto/impasto.h"
#include "style/style.h"

namespace impasto {

// Throws Error(InvalidArgument) or Error(Unsupported); std::bad_alloc when the tensors do not fit.
void paintHostImage(const Style& style, const ImpastoHostImage& image);

}  // namespace impasto
