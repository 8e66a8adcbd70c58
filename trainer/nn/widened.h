// A style as a generator that reads more than the style does.
#pragma once

#include "nn/generator.h"

namespace impasto::trainer {

// Where `generator` reads history or depth and normals and `style`, else of the same shape, does not: the style with the
// generator's graph, painting what it painted. New inputs of a convolution have weights of 0, what only the generator has
// keeps its weights, so that a blend begins with a share of kBeginning of what is old. Other styles are returned as they are:
// Generator::adoptFolded says what does not fit.
Style widened(const Style& style, const GeneratorImpl& generator);

}  // namespace impasto::trainer
