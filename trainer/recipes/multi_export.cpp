#include "recipes/multi_export.h"

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace impasto::trainer {
namespace {

std::vector<float> valuesOf(const torch::Tensor& row) {
  const torch::Tensor flat = row.detach().to(torch::kCPU, torch::kFloat).contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

}  // namespace

StyleEncoder encoderOf(const Checkpoint& checkpoint) {
  const State& state = checkpoint.state;
  const auto averaged = state.texts.find(std::string(kEncoderAverageName) + "/active");
  if (averaged == state.texts.end()) {
    throw Error(ErrorCode::InvalidArgument, "a checkpoint of the recipe " + checkpoint.recipe +
                                                " has no style encoder: those of the recipe multi have");
  }
  const std::string prefix = std::string(averaged->second == "1" ? kEncoderAverageName : kEncoderName) + "/";
  const torch::Tensor &paintings = state.tensor(prefix + "paintings"), &to_vector = state.tensor(prefix + "to_vector");
  if (paintings.dim() != 2 || to_vector.dim() != 2) {
    throw Error(ErrorCode::InvalidArgument, "the checkpoint's style encoder is damaged");
  }
  StyleEncoder encoder(paintings.size(0), paintings.size(1), to_vector.size(0));
  load(*encoder, state, prefix);
  return encoder;
}

Style makeStyle(const GeneratorImpl& generator, std::vector<Painting> paintings, const torch::Tensor& vectors,
                const Provenance& provenance) {
  if (static_cast<int64_t>(paintings.size()) != vectors.size(0)) {
    throw Error(ErrorCode::InvalidArgument, "there are " + std::to_string(vectors.size(0)) + " style vectors for " +
                                                std::to_string(paintings.size()) + " paintings");
  }
  Style style = makeStyle(generator, provenance);
  for (size_t i = 0; i < paintings.size(); ++i) paintings[i].vector = valuesOf(vectors[static_cast<int64_t>(i)]);
  style.paintings = std::move(paintings);
  return style;
}

Style exportMulti(const Checkpoint& checkpoint, const Provenance& provenance) {
  torch::NoGradGuard no_grad;
  const nlohmann::json settings = nlohmann::json::parse(checkpoint.settings, nullptr, /*allow_exceptions=*/false);
  return makeStyle(*generatorOf(checkpoint), describedPaintings(settings), encoderOf(checkpoint)->learned(), provenance);
}

std::vector<float> encodePainting(StyleEncoder& encoder, const PerceptualNetwork& network, const torch::Tensor& painting) {
  torch::NoGradGuard no_grad;
  return valuesOf(encoder->forward(styleStatistics(network, painting))[0]);
}

}  // namespace impasto::trainer
