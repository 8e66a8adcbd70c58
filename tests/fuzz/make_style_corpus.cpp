// Writes the seeds of fuzz_style: small valid styles that together hold every op, input and activation.
#include <cstdio>
#include <exception>
#include <string>

#include "style/style.h"
#include "support/random_style.h"

using namespace impasto;
using namespace impasto::test;

namespace {

// One convolution of 1 x 1, the least that has weights.
Style makeTinyStyle() {
  Random random(1);
  Graph graph;
  graph.output = addConv(graph, addInput(graph, InputKind::Color), 3, 1);
  Style style = makeStyle(std::move(graph), random);
  style.provenance = {"T\xC3\xA9st", "Nobody", "1901", "CC0", "00ff", "{\"steps\": 1}", "{}"};
  return style;
}

Style makeIdentityStyle() {
  Random random(1);
  Graph graph;
  graph.output = addInput(graph, InputKind::Color);
  return makeStyle(std::move(graph), random);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_style_corpus FOLDER\n");
    return 2;
  }
  try {
    const std::string folder = std::string(argv[1]) + "/";
    writeStyleFile(makeIdentityStyle(), folder + "identity.safetensors");
    writeStyleFile(makeTinyStyle(), folder + "tiny.safetensors");
    RandomStyleOptions options;
    options.max_ops = 12;
    options.max_channels = 3;
    for (uint32_t seed = 0; seed < 20; ++seed)
      writeStyleFile(makeRandomStyle(seed, options), folder + "random" + std::to_string(seed) + ".safetensors");
    options.version_2 = true;
    for (uint32_t seed = 0; seed < 20; ++seed)
      writeStyleFile(makeRandomStyle(seed, options), folder + "second" + std::to_string(seed) + ".safetensors");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_style_corpus: %s\n", error.what());
    return 1;
  }
  return 0;
}
