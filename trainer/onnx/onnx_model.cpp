#include "onnx/onnx_model.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <initializer_list>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "base/error.h"

#if IMPASTO_HAS_PROTOBUF
#include "onnx.pb.h"
#endif

namespace impasto::trainer {

#if IMPASTO_HAS_PROTOBUF
namespace {

using onnx::AttributeProto;
using onnx::TensorProto;

constexpr int64_t kIrVersion = 8, kOperatorSet = 18;
constexpr int64_t kTwoTo32 = int64_t{1} << 32;
static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

using Ints = std::vector<int64_t>;
using Names = std::vector<std::string>;

struct Attribute {
  Attribute(const char* name, int64_t value) {
    proto.set_name(name);
    proto.set_type(AttributeProto::INT);
    proto.set_i(value);
  }
  Attribute(const char* name, float value) {
    proto.set_name(name);
    proto.set_type(AttributeProto::FLOAT);
    proto.set_f(value);
  }
  Attribute(const char* name, const char* value) {
    proto.set_name(name);
    proto.set_type(AttributeProto::STRING);
    proto.set_s(value);
  }
  Attribute(const char* name, const Ints& values) {
    proto.set_name(name);
    proto.set_type(AttributeProto::INTS);
    for (const int64_t value : values) proto.add_ints(value);
  }
  AttributeProto proto;
};

// Writes nodes; tensors are known by name. Op names hold no '/': what is made on the way to "mix" is "mix/...".
class Writer {
 public:
  Writer(const Style& style, onnx::GraphProto& out) : style_(style), graph_(style.graph), out_(out) {}

  void run() {
    const std::vector<bool> needed = neededOps();
    declareFrameInputs(needed);
    tensors_.resize(graph_.ops.size());
    for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
      if (needed[i]) tensors_[i] = write(i);
    }
    const std::string& painted = tensors_[graph_.output];
    addNode("Slice", {painted, ints("crop/begin", {0, 0}), size_, ints("crop/axes", {2, 3})}, "painted");
    declare(*out_.add_output(), "painted", frameShape(3));
  }

 private:
  const Op& op(uint32_t i) const { return graph_.ops[i]; }
  const std::string& in(const Op& op, size_t k) const { return tensors_[op.inputs[k]]; }

  std::vector<bool> neededOps() const {
    std::vector<bool> needed(graph_.ops.size());
    needed[graph_.output] = true;
    for (uint32_t i = static_cast<uint32_t>(graph_.ops.size()); i-- > 0;) {
      if (!needed[i]) continue;
      for (const uint32_t input : op(i).inputs) needed[input] = true;
    }
    return needed;
  }

  // ---- ONNX

  std::string addNode(const char* type, const Names& inputs, const std::string& output,
                      std::initializer_list<Attribute> attributes = {}) {
    onnx::NodeProto& node = *out_.add_node();
    node.set_op_type(type);
    node.set_name(output);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
    for (const Attribute& attribute : attributes) *node.add_attribute() = attribute.proto;
    return output;
  }

  template <class T>
  std::string constant(const std::string& name, TensorProto::DataType type, const Ints& dims, std::span<const T> values) {
    TensorProto& tensor = *out_.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (const int64_t dim : dims) tensor.add_dims(dim);
    tensor.set_raw_data(values.data(), values.size_bytes());
    return name;
  }
  std::string floats(const std::string& name, const Ints& dims, const std::vector<float>& values) {
    return constant<float>(name, TensorProto::FLOAT, dims, values);
  }
  std::string number(const std::string& name, float value) { return floats(name, {}, {value}); }
  std::string ints(const std::string& name, const Ints& values) {
    return constant<int64_t>(name, TensorProto::INT64, {static_cast<int64_t>(values.size())}, values);
  }
  std::string integer(const std::string& name, int64_t value) {
    return constant<int64_t>(name, TensorProto::INT64, {}, std::span(&value, 1));
  }
  std::string unsignedInteger(const std::string& name, uint64_t value) {
    return constant<uint64_t>(name, TensorProto::UINT64, {}, std::span(&value, 1));
  }
  std::string cast(const std::string& tensor, TensorProto::DataType type, const std::string& name) {
    return addNode("Cast", {tensor}, name, {{"to", int64_t{type}}});
  }

  using Shape = std::vector<std::pair<int64_t, const char*>>;  // a size, or its name
  static Shape frameShape(uint32_t channels) { return {{1, nullptr}, {channels, nullptr}, {0, "height"}, {0, "width"}}; }
  static Shape globalShape(uint32_t channels) { return {{1, nullptr}, {channels, nullptr}, {1, nullptr}, {1, nullptr}}; }
  static void declare(onnx::ValueInfoProto& value, const std::string& name, const Shape& shape) {
    value.set_name(name);
    onnx::TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
    type.set_elem_type(TensorProto::FLOAT);
    for (const auto& [size, dim_name] : shape) {
      onnx::TensorShapeProto::Dimension& dim = *type.mutable_shape()->add_dim();
      if (dim_name) {
        dim.set_dim_param(dim_name);
      } else {
        dim.set_dim_value(size);
      }
    }
  }

  // ---- the graph

  void declareFrameInputs(const std::vector<bool>& needed) {
    declare(*out_.add_input(), "color", frameShape(3));  // which says how large the frame is, also where it is not read
    size_ = addNode("Shape", {"color"}, "size", {{"start", int64_t{2}}, {"end", int64_t{4}}});
    const int64_t alignment = graph_.alignment;
    const std::string missing =
        addNode("Mod", {addNode("Neg", {size_}, "size/negative"), ints("alignment", {alignment, alignment})}, "missing");
    const std::string pads = addNode("Concat", {ints("missing/begin", {0, 0}), missing}, "missing/pads", {{"axis", int64_t{0}}});
    const std::string axes = ints("missing/axes", {2, 3});
    for (const InputKind kind : kInputKinds) {
      bool read = false;
      uint32_t channels = 0;
      for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
        if (!needed[i] || op(i).type != OpType::Input || op(i).input_kind != kind) continue;
        read = true;
        channels = op(i).channels;
      }
      if (!read) continue;
      const std::string name(toString(kind));
      if (kind == InputKind::Style) {
        declare(*out_.add_input(), name, globalShape(channels));
        inputs_[kind] = floats(name, {1, channels, 1, 1}, defaultStyleVector(style_));
      } else if (kind == InputKind::Exposure) {
        declare(*out_.add_input(), name, globalShape(1));
        const std::string logarithm = addNode("Log", {floats(name, {1, 1, 1, 1}, {1.0f})}, "exposure/log");
        inputs_[kind] = addNode("Mul", {logarithm, number("exposure/log2_e", 1.44269504f)}, "exposure/log2");
      } else {
        if (kind != InputKind::Color) declare(*out_.add_input(), name, frameShape(channels));
        inputs_[kind] =
            alignment == 1 ? name : addNode("Pad", {name, pads, "", axes}, name + "/extended", {{"mode", "edge"}});
      }
    }
  }

  std::string write(uint32_t i) {
    const Op& op = graph_.ops[i];
    switch (op.type) {
      case OpType::Input: return inputs_.at(op.input_kind);
      case OpType::Noise: return writeNoise(op);
      case OpType::Conv2d: return writeConv(op, style_.weights.at(i));
      case OpType::SpaceToDepth: return writeSpaceToDepth(op);
      case OpType::DepthToSpace:
        return addNode("DepthToSpace", {in(op, 0)}, op.name, {{"blocksize", int64_t{op.block}}, {"mode", "CRD"}});
      case OpType::Upsample:
        return addNode("Resize", {in(op, 0), "", floats(op.name + "/scales", {4}, {1, 1, 2, 2})}, op.name,
                       {{"mode", "nearest"},
                        {"coordinate_transformation_mode", "asymmetric"},
                        {"nearest_mode", "floor"}});
      case OpType::Add: return activated(op, "Add", {in(op, 0), in(op, 1)});
      case OpType::Concat: {
        Names inputs;
        for (size_t k = 0; k < op.inputs.size(); ++k) inputs.push_back(in(op, k));
        return addNode("Concat", inputs, op.name, {{"axis", int64_t{1}}});
      }
      case OpType::Blend: return writeBlend(op);
      case OpType::Modulate: return writeModulate(op);
    }
    throw Error(ErrorCode::Internal, "ONNX: unknown op " + op.name);
  }

  // The node that ends in the op's tensor, with its activation.
  std::string activated(const Op& op, const char* type, const Names& inputs,
                        std::initializer_list<Attribute> attributes = {}) {
    if (op.activation == Activation::None) return addNode(type, inputs, op.name, attributes);
    const std::string linear = addNode(type, inputs, op.name + "/linear", attributes);
    switch (op.activation) {
      case Activation::Relu: return addNode("Relu", {linear}, op.name);
      case Activation::LeakyRelu: return addNode("LeakyRelu", {linear}, op.name, {{"alpha", kLeakyReluSlope}});
      case Activation::Sigmoid: return addNode("Sigmoid", {linear}, op.name);
      case Activation::None: break;
    }
    throw Error(ErrorCode::Internal, "ONNX: unknown activation of " + op.name);
  }

  std::string writeConv(const Op& op, const ConvWeights& weights) {
    const int64_t channels = op.channels, in_channels = graph_.ops[op.inputs[0]].channels, kernel = op.kernel;
    std::string source = in(op, 0);
    if (kernel == 3) {
      source = addNode("Pad", {source, ints(op.name + "/border", {1, 1, 1, 1}), "", ints(op.name + "/axes", {2, 3})},
                       op.name + "/bordered", {{"mode", "edge"}});
    }
    return activated(op, "Conv",
                     {source, floats(op.name + "/kernel", {channels, in_channels, kernel, kernel}, weights.kernel),
                      floats(op.name + "/bias", {channels}, weights.bias)},
                     {{"kernel_shape", Ints{kernel, kernel}}, {"strides", Ints{op.stride, op.stride}}});
  }

  // ONNX's puts the channels of one place together; ours the places of one channel.
  std::string writeSpaceToDepth(const Op& op) {
    const int64_t places = int64_t{op.block} * op.block, channels = op.channels / places;
    const std::string folded =
        addNode("SpaceToDepth", {in(op, 0)}, op.name + "/by_place", {{"blocksize", int64_t{op.block}}});
    Ints order;
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t place = 0; place < places; ++place) order.push_back(place * channels + c);
    return addNode("Gather", {folded, ints(op.name + "/order", order)}, op.name, {{"axis", int64_t{1}}});
  }

  // noiseValue() of graph.h in 64-bit integers, which are exact here: products stay below 2^62.
  std::string writeNoise(const Op& op) {
    const std::string scaled =
        addNode("Div", {addNode("Add", {size_, "missing"}, op.name + "/extent"), integer(op.name + "/downscale", op.downscale)},
                op.name + "/size");
    std::vector<int64_t> seeds;  // by channel
    for (uint32_t c = 0; c < op.channels; ++c) seeds.push_back(pcgHash(c + pcgHash(op.seed)));
    const std::string by_channel =
        constant<int64_t>(op.name + "/seeds", TensorProto::INT64, {1, op.channels, 1, 1}, seeds);
    const std::string by_row =
        writeHash(addNode("Add", {writeRange(scaled, 0, {0, 1, 3}, op.name + "/y"), by_channel}, op.name + "/y_seed"),
                  op.name + "/hash_y");
    const std::string by_texel =
        writeHash(addNode("Add", {writeRange(scaled, 1, {0, 1, 2}, op.name + "/x"), cast(by_row, TensorProto::INT64, op.name + "/hash_y_int")},
                          op.name + "/x_seed"),
                  op.name + "/hash_x");
    const std::string high = addNode("BitShift", {by_texel, unsignedInteger(op.name + "/8", 8)}, op.name + "/high",
                                     {{"direction", "RIGHT"}});
    const std::string unit = addNode("Mul", {cast(high, TensorProto::FLOAT, op.name + "/whole"), number(op.name + "/step", 0x1p-23f)},
                                     op.name + "/from_0_to_2");
    return addNode("Sub", {unit, number(op.name + "/one", 1.0f)}, op.name);
  }

  // 0, 1, ... along one axis of four; `axes` are the others.
  std::string writeRange(const std::string& size, int64_t which, const Ints& axes, const std::string& name) {
    const std::string end = addNode("Gather", {size, integer(name + "/which", which)}, name + "/end", {{"axis", int64_t{0}}});
    const std::string range = addNode("Range", {integer(name + "/begin", 0), end, integer(name + "/by", 1)}, name + "/range");
    return addNode("Unsqueeze", {range, ints(name + "/axes", axes)}, name);
  }

  // pcgHash() of an INT64 tensor, modulo 2^32; the result is UINT64.
  std::string writeHash(const std::string& value, const std::string& name) {
    const auto times = [&](const std::string& a, int64_t factor, int64_t summand, const std::string& to) {
      std::string product = addNode("Mul", {a, integer(to + "/factor", factor)}, to + "/product");
      if (summand != 0) product = addNode("Add", {product, integer(to + "/summand", summand)}, to + "/sum");
      const std::string low = addNode("Mod", {product, integer(to + "/2_32", kTwoTo32)}, to + "/low");
      return cast(low, TensorProto::UINT64, to);
    };
    const auto shift = [&](const std::string& a, const std::string& by, const std::string& to) {
      return addNode("BitShift", {a, by}, to, {{"direction", "RIGHT"}});
    };
    const std::string state = times(value, 747796405, 2891336453, name + "/state");
    const std::string by = shift(state, unsignedInteger(name + "/28", 28), name + "/by");
    const std::string shifted = shift(shift(state, unsignedInteger(name + "/4", 4), name + "/by_4"), by, name + "/shifted");
    const std::string mixed = addNode("BitwiseXor", {shifted, state}, name + "/mixed");
    const std::string word = times(cast(mixed, TensorProto::INT64, name + "/mixed_int"), 277803737, 0, name + "/word");
    return addNode("BitwiseXor", {shift(word, unsignedInteger(name + "/22", 22), name + "/high"), word}, name);
  }

  std::string channels(const std::string& tensor, int64_t begin, int64_t end, const std::string& name) {
    return addNode("Slice", {tensor, ints(name + "/begin", {begin}), ints(name + "/end", {end}), ints(name + "/axis", {1})},
                   name);
  }

  std::string writeBlend(const Op& op) {
    const std::string& name = op.name;
    const std::string paint = channels(in(op, 0), 0, 3, name + "/paint");
    std::string old = channels(in(op, 1), 0, 3, name + "/old");
    const std::string trust = addNode("Sigmoid", {channels(in(op, 0), 3, 4, name + "/gate")}, name + "/trust");
    const std::string mix = addNode("Mul", {trust, channels(in(op, 1), 3, 4, name + "/valid")}, name + "/mix");
    if (op.range > 0) {
      // What is beyond the border is less than everything here: clamping to the edge texel gives the same.
      const int64_t side = 2 * int64_t{op.range} + 1, range = op.range;
      const auto greatest = [&](const std::string& tensor, const std::string& to) {
        return addNode("MaxPool", {tensor}, to,
                       {{"kernel_shape", Ints{side, side}}, {"pads", Ints{range, range, range, range}}});
      };
      const std::string high = greatest(paint, name + "/high");
      const std::string low =
          addNode("Neg", {greatest(addNode("Neg", {paint}, name + "/negative"), name + "/low_negative")}, name + "/low");
      old = addNode("Min", {addNode("Max", {old, low}, name + "/at_least"), high}, name + "/clamped");
    }
    const std::string change = addNode("Mul", {mix, addNode("Sub", {old, paint}, name + "/difference")}, name + "/change");
    return addNode("Add", {paint, change}, name);
  }

  std::string writeModulate(const Op& op) {
    const int64_t count = op.channels;
    const std::string& g = in(op, 1);
    const std::string factor = addNode("Add", {channels(g, 0, count, op.name + "/gain"), number(op.name + "/one", 1.0f)}, op.name + "/factor");
    const std::string scaled = addNode("Mul", {in(op, 0), factor}, op.name + "/scaled");
    return activated(op, "Add", {scaled, channels(g, count, 2 * count, op.name + "/shift")});
  }

  const Style& style_;
  const Graph& graph_;
  onnx::GraphProto& out_;
  std::string size_;                         // the frame's height and width
  std::map<InputKind, std::string> inputs_;  // extended, or as ops see them
  std::vector<std::string> tensors_;         // by op
};

}  // namespace

std::string onnxModel(const Style& given) {
  Style style = given;
  validateStyle(style);
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("impasto-train");
  model.set_producer_version(IMPASTO_VERSION);
  model.add_opset_import()->set_version(kOperatorSet);
  const std::pair<const char*, const std::string&> notes[] = {{"title", style.provenance.title},
                                                              {"painter", style.provenance.painter},
                                                              {"year", style.provenance.year},
                                                              {"licence", style.provenance.licence}};
  for (const auto& [key, value] : notes) {
    if (value.empty()) continue;
    onnx::StringStringEntryProto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  model.mutable_graph()->set_name("impasto");
  Writer(style, *model.mutable_graph()).run();
  return model.SerializeAsString();
}

#else

std::string onnxModel(const Style&) {
  throw Error(ErrorCode::Unsupported, "this impasto-train was built without protobuf, which ONNX models need");
}

#endif

void writeOnnxFile(const Style& style, const std::string& path) {
  const std::string model = onnxModel(style);
  writeFileAtomically(path, std::as_bytes(std::span(model)));
}

}  // namespace impasto::trainer
