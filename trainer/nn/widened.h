// A style as a generator that reads more than the style does.
#pragma once

#include "nn/generator.h"

namespace impasto::trainer {

// Where `generator` reads history, depth and normals or a style vector and `style`, else of the same shape, does not: the
// style with the generator's graph, painting what it painted. New inputs of a convolution have weights of 0, what only the
// generator has keeps its weights: a blend begins with a share of kBeginning of what is old, and a style vector with the
// little that its layers ask for at first. Other styles are returned as they are: Generator::adoptFolded says what does not
// fit.
Style widened(const Style& style, const GeneratorImpl& generator);

}  // namespace impasto::trainer
