#include "style/graph.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/error.h"

namespace impasto {
namespace {

constexpr std::array<std::string_view, 10> kOpNames = {
    "input", "noise", "conv2d", "space_to_depth", "depth_to_space", "upsample", "add", "concat", "blend", "modulate"};
constexpr std::array<std::string_view, 4> kActivationNames = {"none", "relu", "leaky_relu", "sigmoid"};
constexpr std::array<std::string_view, 6> kInputNames = {"color", "depth", "normals", "history", "style", "exposure"};

template <typename Enum, size_t N>
std::string_view nameOf(const std::array<std::string_view, N>& names, Enum value) noexcept {
  const auto index = static_cast<size_t>(value);
  return index < N ? names[index] : "unknown";
}

template <typename Enum, size_t N>
bool parseName(const std::array<std::string_view, N>& names, std::string_view text, Enum& value) noexcept {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return false;
  value = static_cast<Enum>(found - names.begin());
  return true;
}

bool isValidName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameLength && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

std::string shapeOf(const Op& op) {
  return std::to_string(op.channels) + " channels" +
         (op.downscale == kGlobal ? ", global" : " at 1/" + std::to_string(op.downscale));
}

// Checks one op whose inputs are already checked, and infers its shape.
class OpValidator {
 public:
  OpValidator(const Graph& graph, uint32_t index) : graph_(graph), index_(index), op_(graph.ops[index]) {}

  void run(Op& result) {
    checkCommon();
    switch (op_.type) {
      case OpType::Input:
        checkInput();
        setShape(op_.input_kind == InputKind::Style ? op_.channels : inputChannels(op_.input_kind),
                 isGlobal(op_.input_kind) ? kGlobal : 1);
        break;
      case OpType::Noise:
        require(op_.downscale != 0 && (op_.downscale & (op_.downscale - 1)) == 0,
                "downscale " + std::to_string(op_.downscale) + " is not a power of two");
        setShape(op_.channels, op_.downscale);
        break;
      case OpType::Conv2d:
        require(op_.kernel == 1 || op_.kernel == 3, "kernel " + std::to_string(op_.kernel) + " is not 1 or 3");
        require(op_.stride == 1 || op_.stride == 2, "stride " + std::to_string(op_.stride) + " is not 1 or 2");
        require(input(0).downscale != kGlobal || (op_.kernel == 1 && op_.stride == 1),
                "of a global tensor, with kernel " + std::to_string(op_.kernel) + " and stride " +
                    std::to_string(op_.stride) + ", not 1 and 1");
        setShape(op_.channels, input(0).downscale * op_.stride);
        break;
      case OpType::SpaceToDepth:
        checkBlock();
        requireSpatial(0);
        setShape(input(0).channels * op_.block * op_.block, input(0).downscale * op_.block);
        break;
      case OpType::DepthToSpace:
        checkBlock();
        requireSpatial(0);
        require(input(0).channels % (op_.block * op_.block) == 0,
                std::to_string(input(0).channels) + " input channels are not a multiple of block * block");
        require(input(0).downscale >= op_.block, "its output would be larger than the frame");
        setShape(input(0).channels / (op_.block * op_.block), input(0).downscale / op_.block);
        break;
      case OpType::Upsample:
        requireSpatial(0);
        require(input(0).downscale >= 2, "its output would be larger than the frame");
        setShape(input(0).channels, input(0).downscale / 2);
        break;
      case OpType::Add:
        require(input(0).channels == input(1).channels && input(0).downscale == input(1).downscale,
                "its inputs differ in shape: " + shapeOf(input(0)) + " and " + shapeOf(input(1)));
        setShape(input(0).channels, input(0).downscale);
        break;
      case OpType::Concat:
        setShape(concatChannels(), input(0).downscale);
        break;
      case OpType::Blend:
        require(op_.range <= kMaxBlendRange,
                "range " + std::to_string(op_.range) + ", outside 0 to " + std::to_string(kMaxBlendRange));
        for (const size_t i : {0u, 1u}) {
          requireSpatial(i);
          require(input(i).channels == 4, "its inputs have 4 channels, not " + std::to_string(input(i).channels));
        }
        require(input(0).downscale == input(1).downscale,
                "its inputs differ in downscale: " + shapeOf(input(0)) + " and " + shapeOf(input(1)));
        setShape(3, input(0).downscale);
        break;
      case OpType::Modulate:
        requireSpatial(0);
        require(input(1).downscale == kGlobal, "its second input is not global: " + shapeOf(input(1)));
        require(input(1).channels == 2 * input(0).channels,
                "its second input has not twice the channels of the first: " + shapeOf(input(0)) + " and " +
                    shapeOf(input(1)));
        setShape(input(0).channels, input(0).downscale);
        break;
    }
    result.channels = channels_;
    result.downscale = downscale_;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::InvalidStyle, "graph op '" + op_.name + "': " + what);
  }

  void require(bool condition, const std::string& what) const {
    if (!condition) fail(what);
  }

  const Op& input(size_t i) const { return graph_.ops[op_.inputs[i]]; }

  void requireSpatial(size_t i) const {
    require(input(i).downscale != kGlobal, "its input '" + input(i).name + "' is global");
  }

  void checkCommon() const {
    require(static_cast<size_t>(op_.type) < kOpNames.size(), "unknown op type");
    size_t least = 1, most = 1;
    if (op_.type == OpType::Input || op_.type == OpType::Noise) least = most = 0;
    if (op_.type == OpType::Add || op_.type == OpType::Blend || op_.type == OpType::Modulate) least = most = 2;
    if (op_.type == OpType::Concat) least = 2, most = kMaxConcatInputs;
    require(op_.inputs.size() >= least && op_.inputs.size() <= most,
            std::string(toString(op_.type)) + " takes " + std::to_string(least) +
                (most > least ? " to " + std::to_string(most) : "") + " inputs, not " +
                std::to_string(op_.inputs.size()));
    for (const uint32_t i : op_.inputs) require(i < index_, "an input is not an earlier op");
    require(static_cast<size_t>(op_.activation) < kActivationNames.size(), "unknown activation");
    require(op_.activation == Activation::None || op_.type == OpType::Conv2d || op_.type == OpType::Add ||
                op_.type == OpType::Modulate,
            std::string(toString(op_.type)) + " takes no activation");
    require(!op_.optional || op_.type == OpType::Input, std::string(toString(op_.type)) + " cannot be optional");
  }

  void checkInput() const {
    require(static_cast<size_t>(op_.input_kind) < kInputNames.size(), "unknown input kind");
    require(!op_.optional || op_.input_kind == InputKind::Depth || op_.input_kind == InputKind::Normals,
            "only depth and normals can be optional, not " + std::string(toString(op_.input_kind)));
    if (op_.input_kind != InputKind::Style) return;
    require(op_.channels >= 1 && op_.channels <= kMaxStyleVectorLength,
            "a style vector of " + std::to_string(op_.channels) + " channels, outside 1 to " +
                std::to_string(kMaxStyleVectorLength));
    for (uint32_t i = 0; i < index_; ++i) {
      const Op& other = graph_.ops[i];
      if (other.type == OpType::Input && other.input_kind == InputKind::Style)
        require(other.channels == op_.channels, "a style vector of " + std::to_string(op_.channels) +
                                                    " channels, where '" + other.name + "' has " +
                                                    std::to_string(other.channels));
    }
  }

  void checkBlock() const {
    require(op_.block == 2 || op_.block == 4, "block " + std::to_string(op_.block) + " is not 2 or 4");
  }

  uint32_t concatChannels() const {
    uint32_t channels = 0;
    for (size_t i = 0; i < op_.inputs.size(); ++i) {
      require(input(i).downscale == input(0).downscale,
              "its inputs differ in downscale: " + shapeOf(input(0)) + " and " + shapeOf(input(i)));
      channels += input(i).channels;
    }
    return channels;
  }

  void setShape(uint32_t channels, uint32_t downscale) {
    require(channels >= 1 && channels <= kMaxChannels,
            std::to_string(channels) + " channels, outside 1 to " + std::to_string(kMaxChannels));
    require(downscale <= kMaxDownscale,
            "downscale " + std::to_string(downscale) + " exceeds " + std::to_string(kMaxDownscale));
    channels_ = channels;
    downscale_ = downscale;
  }

  const Graph& graph_;
  const uint32_t index_;
  const Op& op_;
  uint32_t channels_ = 0, downscale_ = 1;
};

double texelsPerPixel(const Op& op) {
  return op.downscale == kGlobal ? 0.0 : 1.0 / (static_cast<double>(op.downscale) * op.downscale);
}

}  // namespace

bool Graph::wants(InputKind kind) const noexcept {
  return std::any_of(ops.begin(), ops.end(),
                     [kind](const Op& op) { return op.type == OpType::Input && op.input_kind == kind; });
}

bool Graph::needs(InputKind kind) const noexcept {
  if (kind == InputKind::History || isGlobal(kind)) return false;
  return std::any_of(ops.begin(), ops.end(), [kind](const Op& op) {
    return op.type == OpType::Input && op.input_kind == kind && !op.optional;
  });
}

uint32_t Graph::styleVectorLength() const noexcept {
  const auto found = std::find_if(ops.begin(), ops.end(), [](const Op& op) {
    return op.type == OpType::Input && op.input_kind == InputKind::Style;
  });
  return found == ops.end() ? 0 : found->channels;
}

double Graph::multiplyAddsPerPixel() const noexcept {
  double sum = 0;
  for (const Op& op : ops) {
    if (op.type != OpType::Conv2d) continue;
    sum += static_cast<double>(op.channels) * ops[op.inputs[0]].channels * op.kernel * op.kernel * texelsPerPixel(op);
  }
  return sum;
}

double Graph::valuesPerPixel() const noexcept {
  double sum = 0;
  for (const Op& op : ops) sum += op.channels * texelsPerPixel(op);
  return sum;
}

void validateGraph(Graph& graph) {
  const auto fail = [](const std::string& what) { throw Error(ErrorCode::InvalidStyle, "graph: " + what); };
  if (graph.ops.empty()) fail("no ops");
  if (graph.ops.size() > kMaxOps) fail(std::to_string(graph.ops.size()) + " ops, more than " + std::to_string(kMaxOps));

  std::unordered_set<std::string_view> names;
  graph.alignment = 1;
  for (uint32_t i = 0; i < graph.ops.size(); ++i) {
    Op& op = graph.ops[i];
    if (!isValidName(op.name))
      fail("the name of op " + std::to_string(i) + " is not 1 to " + std::to_string(kMaxNameLength) +
           " characters of [A-Za-z0-9_.]");
    if (!names.insert(op.name).second) fail("two ops are named '" + op.name + "'");
    OpValidator(graph, i).run(op);
    graph.alignment = std::max(graph.alignment, op.downscale);
  }

  if (graph.output >= graph.ops.size()) fail("the output is not an op");
  const Op& output = graph.ops[graph.output];
  if (output.channels != 3 || output.downscale != 1)
    fail("the output '" + output.name + "' has " + shapeOf(output) + ", not 3 at full resolution");
  if (graph.multiplyAddsPerPixel() > kMaxMultiplyAddsPerPixel)
    fail("more than " + std::to_string(static_cast<uint64_t>(kMaxMultiplyAddsPerPixel)) + " multiply-adds per pixel");
  if (graph.valuesPerPixel() > kMaxValuesPerPixel)
    fail("more than " + std::to_string(static_cast<uint64_t>(kMaxValuesPerPixel)) + " intermediate values per pixel");
}

std::string_view toString(OpType type) noexcept { return nameOf(kOpNames, type); }
std::string_view toString(Activation activation) noexcept { return nameOf(kActivationNames, activation); }
std::string_view toString(InputKind kind) noexcept { return nameOf(kInputNames, kind); }
bool parse(std::string_view text, OpType& type) noexcept { return parseName(kOpNames, text, type); }
bool parse(std::string_view text, Activation& activation) noexcept {
  return parseName(kActivationNames, text, activation);
}
bool parse(std::string_view text, InputKind& kind) noexcept { return parseName(kInputNames, text, kind); }

uint32_t inputChannels(InputKind kind) noexcept {
  switch (kind) {
    case InputKind::Color:
    case InputKind::Normals:
      return 3;
    case InputKind::Depth:
    case InputKind::Exposure:
      return 1;
    case InputKind::History:
      return 4;
    case InputKind::Style:
      break;
  }
  return 0;
}

bool isGlobal(InputKind kind) noexcept { return kind == InputKind::Style || kind == InputKind::Exposure; }

}  // namespace impasto
