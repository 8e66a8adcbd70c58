// Reading accessors: strided, normalised, sparse.
#include <cmath>
#include <cstring>

#include "renderer/scene/gltf/document.h"

namespace impasto::render::gltf {
namespace {

constexpr size_t kMaxElements = 64'000'000;  // also of accessors without data, which cost a file nothing to claim

enum ComponentType : size_t {
  kByte = 5120,
  kUnsignedByte = 5121,
  kShort = 5122,
  kUnsignedShort = 5123,
  kUnsignedInt = 5125,
  kFloat = 5126
};

size_t bytesOf(size_t type) {
  switch (type) {
    case kByte:
    case kUnsignedByte:
      return 1;
    case kShort:
    case kUnsignedShort:
      return 2;
    case kUnsignedInt:
    case kFloat:
      return 4;
    default:
      return 0;
  }
}

size_t componentsOf(const std::string& type) {
  if (type == "SCALAR") return 1;
  if (type == "VEC2") return 2;
  if (type == "VEC3") return 3;
  if (type == "VEC4" || type == "MAT2") return 4;
  if (type == "MAT3") return 9;
  if (type == "MAT4") return 16;
  return 0;
}

template <typename T>
double load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return static_cast<double>(value);
}

double component(const std::byte* from, size_t type) {
  switch (type) {
    case kByte:
      return load<int8_t>(from);
    case kUnsignedByte:
      return load<uint8_t>(from);
    case kShort:
      return load<int16_t>(from);
    case kUnsignedShort:
      return load<uint16_t>(from);
    case kUnsignedInt:
      return load<uint32_t>(from);
    default:
      return load<float>(from);
  }
}

struct Shape {
  size_t count = 0, components = 0, type = 0;
  bool normalized = false;
};

// Elements of a buffer view, by their stride, as numbers.
std::vector<double> readElements(const Document& document, const Json& holder, const Shape& shape,
                                 const std::string& where) {
  const auto view = document.index(holder, "bufferView", "bufferViews", where);
  std::vector<double> out(shape.count * shape.components, 0.0);
  if (!view || shape.count == 0) return out;  // the specification: zeros
  const std::span<const std::byte> bytes = document.bufferView(*view, where);
  const size_t element = shape.components * bytesOf(shape.type);
  const size_t offset = document.count(holder, "byteOffset", 0, where);
  const size_t stride = document.count(document.list("bufferViews")[*view], "byteStride", element, where);
  // count, stride and offset are below 2^32, so nothing here overflows 64 bits.
  if (stride < element || offset + (shape.count - 1) * stride + element > bytes.size()) {
    document.fail(where, "reaches past the end of its buffer view");
  }
  const double scale = shape.normalized ? normalizedScale(shape.type) : 1.0;
  for (size_t i = 0; i < shape.count; ++i) {
    const std::byte* from = bytes.data() + offset + i * stride;
    for (size_t c = 0; c < shape.components; ++c) {
      const double value = component(from + c * bytesOf(shape.type), shape.type) * scale;
      out[i * shape.components + c] = shape.normalized ? std::max(value, -1.0) : value;
    }
  }
  return out;
}

Shape shapeOf(const Document& document, const Json& accessor, const std::string& where) {
  Shape shape;
  shape.count = document.count(accessor, "count", 0, where);
  shape.components = componentsOf(document.text(accessor, "type"));
  shape.type = document.count(accessor, "componentType", 0, where);
  shape.normalized = document.flag(accessor, "normalized", where);
  if (shape.components == 0) document.fail(where, "unknown type '" + document.text(accessor, "type") + "'");
  if (bytesOf(shape.type) == 0) document.fail(where, "unknown componentType " + std::to_string(shape.type));
  if (shape.count > kMaxElements) document.fail(where, std::to_string(shape.count) + " elements are too many");
  return shape;
}

std::vector<double> readAll(const Document& document, const Json& accessor, const Shape& shape,
                            const std::string& where) {
  std::vector<double> out = readElements(document, accessor, shape, where);
  const Json& sparse = document.object(accessor, "sparse");
  if (sparse.empty()) return out;
  const Json &index_holder = document.object(sparse, "indices"), &value_holder = document.object(sparse, "values");
  Shape indices;
  indices.count = document.count(sparse, "count", 0, where);
  indices.components = 1;
  indices.type = document.count(index_holder, "componentType", 0, where);
  if (indices.count > shape.count || bytesOf(indices.type) == 0) document.fail(where, "damaged sparse indices");
  Shape values = shape;
  values.count = indices.count;
  const std::vector<double> places = readElements(document, index_holder, indices, where);
  const std::vector<double> replaced = readElements(document, value_holder, values, where);
  for (size_t i = 0; i < indices.count; ++i) {
    if (!(places[i] >= 0.0 && places[i] < static_cast<double>(shape.count)))
      document.fail(where, "a sparse index is out of range");
    const auto element = static_cast<size_t>(places[i]);
    for (size_t c = 0; c < shape.components; ++c) {
      out[element * shape.components + c] = replaced[i * shape.components + c];
    }
  }
  return out;
}

}  // namespace

double normalizedScale(size_t component_type) {
  switch (component_type) {
    case kByte:
      return 1.0 / 127.0;
    case kUnsignedByte:
      return 1.0 / 255.0;
    case kShort:
      return 1.0 / 32767.0;
    case kUnsignedShort:
      return 1.0 / 65535.0;
    default:
      return 1.0;
  }
}

Values readValues(const Document& document, size_t accessor, const std::string& where) {
  const std::string here = where + ", accessor " + std::to_string(accessor);
  const Json& item = document.list("accessors")[accessor];
  const Shape shape = shapeOf(document, item, here);
  Values values{shape.components, shape.count, {}};
  values.data.reserve(shape.count * shape.components);
  for (const double value : readAll(document, item, shape, here)) {
    if (!std::isfinite(static_cast<float>(value))) document.fail(here, "holds a number that is not finite");
    values.data.push_back(static_cast<float>(value));
  }
  return values;
}

std::vector<uint32_t> readIndices(const Document& document, size_t accessor, const std::string& where) {
  const std::string here = where + ", accessor " + std::to_string(accessor);
  const Json& item = document.list("accessors")[accessor];
  const Shape shape = shapeOf(document, item, here);
  if (shape.components != 1 || shape.normalized || shape.type == kFloat || shape.type == kByte ||
      shape.type == kShort) {
    document.fail(here, "not a list of indices");
  }
  std::vector<uint32_t> indices;
  indices.reserve(shape.count);
  for (const double value : readAll(document, item, shape, here)) indices.push_back(static_cast<uint32_t>(value));
  return indices;
}

}  // namespace impasto::render::gltf
