// Nodes in an order where parents come first, and skins.
#include <algorithm>
#include <cmath>

#include "renderer/scene/gltf/readers.h"

namespace impasto::render::gltf {
namespace {

std::vector<size_t> indexList(const Document& document, const Json& parent, const char* key, size_t limit,
                              const std::string& where) {
  std::vector<size_t> out;
  const auto found = parent.find(key);
  if (found == parent.end()) return out;
  if (!found->is_array()) document.fail(where, std::string(key) + " is not an array");
  for (const Json& item : *found) {
    if (!item.is_number_unsigned() || item.get<uint64_t>() >= limit) {
      document.fail(where,
                    std::string(key) + " holds " + quote(item) + ", but there are " + std::to_string(limit) + " nodes");
    }
    out.push_back(item.get<size_t>());
  }
  return out;
}

void readTransform(const Document& document, const Json& item, const std::string& where, Node& node) {
  const std::vector<float> matrix = document.numbers(item, "matrix", 16, where);
  if (!matrix.empty()) node.fixed = glm::make_mat4(matrix.data());
  const std::vector<float> translation = document.numbers(item, "translation", 3, where);
  if (!translation.empty()) node.translation = glm::make_vec3(translation.data());
  const std::vector<float> scale = document.numbers(item, "scale", 3, where);
  if (!scale.empty()) node.scale = glm::make_vec3(scale.data());
  const std::vector<float> rotation = document.numbers(item, "rotation", 4, where);
  if (!rotation.empty()) {
    const glm::quat q(rotation[3], rotation[0], rotation[1], rotation[2]);
    if (!(glm::length(q) > 1e-6f)) document.fail(where, "a rotation without a length");
    node.rotation = glm::normalize(q);
  }
}

class NodeReader {
 public:
  NodeReader(const Document& document, Scene& scene, const std::vector<size_t>& joint_counts)
      : document_(document),
        scene_(scene),
        joint_counts_(joint_counts),
        items_(document.list("nodes")),
        place_(items_.size(), kNone) {}

  // Reads the default scene, then what is outside it: joints may be, but meshes there are not shown.
  void read() {
    std::vector<bool> is_child(items_.size(), false);
    for (size_t i = 0; i < items_.size(); ++i) {
      for (const size_t child : children(i)) {
        if (is_child[child]) document_.fail("node " + std::to_string(child), "has two parents");
        is_child[child] = true;
      }
    }
    std::vector<size_t> roots, shown;
    for (size_t i = 0; i < items_.size(); ++i) {
      if (!is_child[i]) roots.push_back(i);
    }
    const auto& scenes = document_.list("scenes");
    shown = roots;
    if (!scenes.empty()) {
      const size_t chosen = document_.index(document_.root(), "scene", "scenes", "scene").value_or(0);
      shown = indexList(document_, scenes[chosen], "nodes", items_.size(), "scene " + std::to_string(chosen));
    }
    for (const size_t root : shown) readTree(root, true);
    for (const size_t root : roots) {
      if (place_[root] == kNone) readTree(root, false);
    }
    for (size_t i = 0; i < items_.size(); ++i) {
      if (place_[i] == kNone) document_.fail("node " + std::to_string(i), "is its own ancestor");
    }
  }

  const NodePlaces& places() const { return place_; }

 private:
  std::vector<size_t> children(size_t node) const {
    return indexList(document_, items_[node], "children", items_.size(), "node " + std::to_string(node));
  }

  void readTree(size_t root, bool shown) {
    struct Visit {
      size_t node;
      int parent;
    };
    std::vector<Visit> open = {{root, kNone}};
    while (!open.empty()) {
      const Visit visit = open.back();
      open.pop_back();
      const std::string where = "node " + std::to_string(visit.node);
      if (place_[visit.node] != kNone) document_.fail(where, "is in the scene twice, or its own ancestor");
      place_[visit.node] = static_cast<int>(scene_.nodes.size());
      const Json& item = items_[visit.node];
      Node node;
      node.name = document_.text(item, "name");
      node.parent = visit.parent;
      readTransform(document_, item, where, node);
      if (shown) {
        const auto mesh = document_.index(item, "mesh", "meshes", where);
        if (mesh) node.mesh = static_cast<int>(*mesh);
        const auto skin = document_.index(item, "skin", "skins", where);
        if (skin && mesh && joint_counts_[*mesh] > 0) node.skin = static_cast<int>(*skin);
        const size_t targets = mesh ? scene_.meshes[*mesh].weights.size() : 0;
        if (targets > 0) node.weights = document_.numbers(item, "weights", targets, where);
      }
      scene_.nodes.push_back(node);
      for (const size_t child : children(visit.node)) open.push_back({child, place_[visit.node]});
    }
  }

  const Document& document_;
  Scene& scene_;
  const std::vector<size_t>& joint_counts_;
  const std::vector<Json>& items_;
  NodePlaces place_;
};

void readSkins(const Document& document, Scene& scene, const NodePlaces& places) {
  const auto& items = document.list("skins");
  for (size_t s = 0; s < items.size(); ++s) {
    const std::string where = "skin " + std::to_string(s);
    Skin& skin = scene.skins.emplace_back();
    for (const size_t joint : indexList(document, items[s], "joints", scene.nodes.size(), where)) {
      skin.joints.push_back(places[joint]);
    }
    if (skin.joints.empty()) document.fail(where, "no joints");
    skin.inverse_bind.assign(skin.joints.size(), glm::mat4(1.0f));
    const auto accessor = document.index(items[s], "inverseBindMatrices", "accessors", where);
    if (!accessor) continue;
    const Values values = readValues(document, *accessor, where);
    if (values.components != 16 || values.count < skin.joints.size()) document.fail(where, "wrong inverseBindMatrices");
    for (size_t j = 0; j < skin.joints.size(); ++j) skin.inverse_bind[j] = glm::make_mat4(&values.data[j * 16]);
  }
}

void checkSkinnedNodes(const Document& document, const Scene& scene, const std::vector<size_t>& joint_counts) {
  for (const Node& node : scene.nodes) {
    if (node.skin == kNone) continue;
    const size_t wanted = joint_counts[static_cast<size_t>(node.mesh)];
    const size_t have = scene.skins[static_cast<size_t>(node.skin)].joints.size();
    if (wanted > have) {
      document.fail("mesh " + std::to_string(node.mesh),
                    "refers to joint " + std::to_string(wanted - 1) + " of a skin with " + std::to_string(have));
    }
  }
}

}  // namespace

NodePlaces readNodes(const Document& document, Scene& scene, const std::vector<size_t>& joint_counts) {
  NodeReader nodes(document, scene, joint_counts);
  nodes.read();
  readSkins(document, scene, nodes.places());
  checkSkinnedNodes(document, scene, joint_counts);
  return nodes.places();
}

}  // namespace impasto::render::gltf
