// A scene in host memory: what the glTF loader reads and the sample scene builds, and what GpuScene uploads.
//
// Right-handed, Y up, metres (for files: their units), angles in radians, colours linear. A Scene is plain data,
// filled once and read-only after; where things are at a moment is a Pose (pose.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "renderer/maths.h"

namespace impasto::render {

struct Vertex {
  glm::vec3 position{0.0f};
  glm::vec3 normal{0.0f, 1.0f, 0.0f};
  glm::vec2 uv{0.0f};
  glm::vec2 uv1{0.0f};        // what TextureUse::uv_set 1 reads
  glm::i16vec4 tangent{0};    // snorm, w the bitangent's sign; all 0: from the picture's own derivatives
  glm::u16vec4 color{65535};  // linear RGBA, unorm
  glm::u16vec4 joints{0};     // indices into the skin's joints
  glm::u16vec4 weights{0};    // unorm, sum 65535
  float sway = 0.0f;          // how far wind or waves move this vertex, metres; see Deformation
};

// What one morph target with weight 1 adds to a vertex.
struct MorphDelta {
  glm::vec3 position{0.0f}, normal{0.0f};
};

enum class AlphaMode : uint8_t { Opaque, Mask, Blend };

// How a surface takes light; the numbers are shared with shaders/renderer/frame.glsl.
enum class Shading : uint32_t { Standard = 0, Foliage = 1, Water = 2, Unlit = 3 };

// How vertices move with time, in the vertex shader, so that motion vectors know about it.
enum class Deformation : uint32_t { None = 0, Wind = 1, Cloth = 2, Waves = 3 };

enum class Wrap : uint8_t { Repeat, Mirror, Clamp };

struct Sampler {
  Wrap wrap_u = Wrap::Repeat, wrap_v = Wrap::Repeat;
  bool nearest = false;
  bool mipmaps = true;
  bool operator==(const Sampler&) const = default;
};

struct Texture {
  std::string name;
  uint32_t width = 1, height = 1;  // any size, also odd ones
  std::vector<uint8_t> rgba;       // width * height * 4
  bool srgb = true;
  Sampler sampler;
};

inline constexpr int kNone = -1;

// A texture as a material reads it.
struct TextureUse {
  int texture = kNone;        // index into Scene::textures
  int uv_set = 0;             // 0: Vertex::uv, 1: Vertex::uv1
  glm::mat3 transform{1.0f};  // applied to (u, v, 1)
};

struct Material {
  std::string name;
  glm::vec4 base_color{1.0f};
  glm::vec3 emissive{0.0f};
  float roughness = 0.9f;
  float metallic = 0.0f;
  float alpha_cutoff = 0.5f;
  float normal_scale = 1.0f;
  float occlusion_strength = 1.0f;
  TextureUse base_color_map, emissive_map, normal_map;
  TextureUse roughness_map;  // glTF metallic-roughness: G roughness, B metallic
  TextureUse occlusion_map;  // R: how much of the surroundings' light arrives
  AlphaMode alpha_mode = AlphaMode::Opaque;
  bool double_sided = false;
  Shading shading = Shading::Standard;
  Deformation deformation = Deformation::None;
};

struct Bounds {
  glm::vec3 low{1e30f}, high{-1e30f};
  void add(const glm::vec3& point) {
    low = glm::min(low, point);
    high = glm::max(high, point);
  }
  bool empty() const { return low.x > high.x; }
  glm::vec3 center() const { return (low + high) * 0.5f; }
  float radius() const { return glm::length(high - low) * 0.5f; }
};

enum class Shape : uint8_t { Triangles, Lines, Points };
inline constexpr uint32_t kShapes = 3;

struct Primitive {
  Shape shape = Shape::Triangles;                // of three, two or one indices each; lines and points are a pixel wide
  uint32_t first_index = 0, index_count = 0;  // into Scene::indices, which point into Scene::vertices
  int material = 0;
  Bounds bounds;
  // Morph targets: records of Scene::morphs, one a vertex from `first_vertex` on, target after target.
  uint32_t first_morph = 0, morph_targets = 0;
  uint32_t first_vertex = 0, vertex_count = 0;  // only set with targets
};

struct Mesh {
  std::string name;
  std::vector<Primitive> primitives;
  std::vector<float> weights;  // of its morph targets at rest; all primitives have so many targets, or none
};

struct Node {
  std::string name;
  int parent = kNone;  // always an earlier node
  glm::vec3 translation{0.0f};
  glm::quat rotation{1.0f, 0.0f, 0.0f, 0.0f};
  glm::vec3 scale{1.0f};
  glm::mat4 fixed{1.0f};  // applied after (inside) translation, rotation and scale: a file's own matrix
  int mesh = kNone;
  int skin = kNone;
  std::vector<float> weights;  // instead of the mesh's; empty: the mesh's
};

enum class Path : uint8_t { Translation, Rotation, Scale, Weights };
enum class Interpolation : uint8_t { Step, Linear, CubicSpline };

struct Channel {
  int node = 0;
  Path path = Path::Translation;
  Interpolation interpolation = Interpolation::Linear;
  std::vector<float> times;       // seconds, ascending
  std::vector<glm::vec4> values;  // one a time; for CubicSpline three: in-tangent, value, out-tangent
  std::vector<float> weights;     // for Path::Weights instead: the same for each target, key after key
  uint32_t weight_count = 0;      // targets
};

struct Animation {
  std::string name;
  float duration = 0.0f;  // seconds; it loops
  std::vector<Channel> channels;
};

struct Skin {
  std::vector<int> joints;  // node indices
  std::vector<glm::mat4> inverse_bind;
};

struct SceneCamera {
  std::string name;
  int node = 0;
  float vertical_fov = 0.9f;
  float near_plane = 0.1f;
  float back = 0.0f;  // it stands so far behind its node: orthographic cameras are very long lenses from far away
};

enum class LightKind : uint32_t { Directional = 0, Point = 1, Spot = 2 };  // shared with frame.glsl

// A lamp, at its node's place and shining along its -Z. It throws shadows where Look::lamp_shadows asks for them.
struct Light {
  std::string name;
  LightKind kind = LightKind::Point;
  int node = 0;
  glm::vec3 color{1.0f};  // times intensity: candela for lamps, lux for directional light, both of the scene's scale
  float range = 0.0f;     // where it ends; 0: nowhere
  float inner_angle = 0.0f, outer_angle = 0.785398f;  // of a spot's cone, from its axis
};

// The light of a place.
struct Environment {
  glm::vec3 to_sun{0.45f, 0.62f, 0.64f};
  glm::vec3 sun_color{4.6f, 4.1f, 3.4f};
  glm::vec3 zenith_color{0.16f, 0.33f, 0.72f};
  glm::vec3 horizon_color{0.72f, 0.80f, 0.90f};
  glm::vec3 ground_color{0.32f, 0.28f, 0.22f};
  float cloud_cover = 0.35f;     // [0, 1]
  float haze_distance = 0.0f;    // metres at which haze takes 63 %; 0: none
  float shadow_distance = 0.0f;  // metres from the camera with shadows; 0: the whole scene
  float exposure = 1.0f;
};

struct Scene {
  std::string name;
  std::vector<Vertex> vertices;
  std::vector<uint32_t> indices;
  std::vector<Texture> textures;
  std::vector<Material> materials;  // at least one
  std::vector<Mesh> meshes;
  std::vector<Node> nodes;  // parents before children
  std::vector<Skin> skins;
  std::vector<Animation> animations;
  std::vector<SceneCamera> cameras;
  std::vector<Light> lights;
  std::vector<MorphDelta> morphs;
  std::vector<std::string> variants;  // what KHR_materials_variants offers
  Environment environment;
  std::vector<std::string> warnings;  // what the loader had to leave out, one line each

  // Places for Camera tours: where to stand and what to look at. Empty: around the bounding box.
  struct Viewpoint {
    glm::vec3 position, target;
  };
  std::vector<Viewpoint> viewpoints;
};

}  // namespace impasto::render
