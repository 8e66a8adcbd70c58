// What glTF's compression extensions pack, unpacked by the libraries that define them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace impasto::render::gltf {

// A buffer view of EXT_meshopt_compression (KHR_meshopt_compression is the same).
struct MeshoptView {
  size_t count = 0, stride = 0;
  std::string mode, filter;
};

// False, and why, if the parameters contradict the extension or the bytes are damaged.
bool decodeMeshopt(const MeshoptView& view, std::span<const std::byte> packed, std::vector<std::byte>& out,
                   std::string& why);

// One attribute of KHR_draco_mesh_compression: which of the packed ones it is and how many numbers an element has.
struct DracoAttribute {
  uint32_t id = 0;
  size_t components = 0;
  double scale = 1.0;         // what an integer is worth (see normalizedScale())
  std::vector<float> values;  // set by decodeDraco(), `components` a vertex
};

struct DracoMesh {
  size_t vertices = 0;
  std::vector<uint32_t> indices;  // of triangles
};

// False, and why, if the bytes are damaged, an attribute is missing or the counts are not those expected.
bool decodeDraco(std::span<const std::byte> packed, size_t expected_vertices, std::vector<DracoAttribute>& attributes,
                 DracoMesh& mesh, std::string& why);

}  // namespace impasto::render::gltf
