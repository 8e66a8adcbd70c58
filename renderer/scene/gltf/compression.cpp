#include "renderer/scene/gltf/compression.h"

#include <meshoptimizer.h>

#include <algorithm>
#include <array>
#include <exception>

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#endif
#include <draco/compression/decode.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace impasto::render::gltf {

bool decodeMeshopt(const MeshoptView& view, std::span<const std::byte> packed, std::vector<std::byte>& out,
                   std::string& why) {
  // The decoders assert what the extension demands of their arguments, so it is checked here.
  const bool attributes = view.mode == "ATTRIBUTES", triangles = view.mode == "TRIANGLES";
  if (!attributes && !triangles && view.mode != "INDICES") {
    why = "unknown mode '" + view.mode + "'";
    return false;
  }
  const bool stride_fits =
      attributes ? view.stride > 0 && view.stride <= 256 && view.stride % 4 == 0 : view.stride == 2 || view.stride == 4;
  if (!stride_fits) {
    why = "a stride of " + std::to_string(view.stride) + " is not possible";
    return false;
  }
  if (triangles && view.count % 3 != 0) {
    why = std::to_string(view.count) + " indices are no triangles";
    return false;
  }
  const bool octahedral = view.filter == "OCTAHEDRAL", quaternion = view.filter == "QUATERNION",
             exponential = view.filter == "EXPONENTIAL";
  const bool filtered = octahedral || quaternion || exponential;
  if (!filtered && !view.filter.empty() && view.filter != "NONE") {
    why = "unknown filter '" + view.filter + "'";
    return false;
  }
  if (filtered &&
      (!attributes || (octahedral && view.stride != 4 && view.stride != 8) || (quaternion && view.stride != 8))) {
    why = "the filter " + view.filter + " does not go with this mode and stride";
    return false;
  }

  out.resize(view.count * view.stride);
  const auto* bytes = reinterpret_cast<const unsigned char*>(packed.data());
  int result = -1;
  if (attributes) {
    result = meshopt_decodeVertexBuffer(out.data(), view.count, view.stride, bytes, packed.size());
  } else if (triangles) {
    result = meshopt_decodeIndexBuffer(out.data(), view.count, view.stride, bytes, packed.size());
  } else {
    result = meshopt_decodeIndexSequence(out.data(), view.count, view.stride, bytes, packed.size());
  }
  if (result != 0) {
    why = "the bytes are damaged";
    return false;
  }
  if (octahedral) meshopt_decodeFilterOct(out.data(), view.count, view.stride);
  if (quaternion) meshopt_decodeFilterQuat(out.data(), view.count, view.stride);
  if (exponential) meshopt_decodeFilterExp(out.data(), view.count, view.stride);
  return true;
}

bool decodeDraco(std::span<const std::byte> packed, size_t expected_vertices, std::vector<DracoAttribute>& attributes,
                 DracoMesh& mesh, std::string& why) try {
  draco::DecoderBuffer buffer;
  buffer.Init(reinterpret_cast<const char*>(packed.data()), packed.size());
  const auto type = draco::Decoder::GetEncodedGeometryType(&buffer);
  if (!type.ok() || type.value() != draco::TRIANGULAR_MESH) {
    why = "no Draco mesh";
    return false;
  }
  draco::Decoder decoder;
  auto decoded = decoder.DecodeMeshFromBuffer(&buffer);
  if (!decoded.ok()) {
    why = "damaged: " + decoded.status().error_msg_string();
    return false;
  }
  const draco::Mesh& from = *decoded.value();
  mesh.vertices = from.num_points();
  if (mesh.vertices != expected_vertices) {
    why = std::to_string(mesh.vertices) + " vertices in it, " + std::to_string(expected_vertices) + " expected";
    return false;
  }
  mesh.indices.clear();
  mesh.indices.reserve(size_t{from.num_faces()} * 3);
  for (draco::FaceIndex face(0); face < from.num_faces(); ++face) {
    for (const draco::PointIndex& corner : from.face(face)) mesh.indices.push_back(corner.value());
  }
  for (DracoAttribute& wanted : attributes) {
    const draco::PointAttribute* attribute = from.GetAttributeByUniqueId(wanted.id);
    const auto components = static_cast<int8_t>(wanted.components);
    if (!attribute || attribute->num_components() != components) {
      why = "no attribute " + std::to_string(wanted.id) + " of " + std::to_string(wanted.components) + " numbers";
      return false;
    }
    const float scale = attribute->normalized() ? 1.0f : static_cast<float>(wanted.scale);
    wanted.values.clear();
    wanted.values.reserve(mesh.vertices * wanted.components);
    std::array<float, 16> values{};
    for (draco::PointIndex point(0); point < from.num_points(); ++point) {
      if (!attribute->ConvertValue<float>(attribute->mapped_index(point), components, values.data())) {
        why = "attribute " + std::to_string(wanted.id) + " cannot be read";
        return false;
      }
      for (size_t c = 0; c < wanted.components; ++c) {
        wanted.values.push_back(scale < 1.0f ? std::max(values[c] * scale, -1.0f) : values[c]);
      }
    }
  }
  return true;
} catch (const std::exception& error) {  // it may ask for all the memory that a damaged header claims
  why = std::string("damaged: ") + error.what();
  return false;
}

}  // namespace impasto::render::gltf
