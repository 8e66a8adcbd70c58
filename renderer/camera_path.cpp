#include "renderer/camera_path.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "media/error.h"
#include "media/file.h"
#include "renderer/error.h"
#include "renderer/occupancy.h"

namespace impasto::render {
namespace {

constexpr const char* kFormat = "impasto-camera-path";
constexpr int kVersion = 1;
constexpr size_t kMostKeys = 1'000'000;

glm::vec3 catmullRom(const glm::vec3& a, const glm::vec3& b, const glm::vec3& c, const glm::vec3& d, float t) {
  const float t2 = t * t, t3 = t2 * t;
  return 0.5f * (2.0f * b + (c - a) * t + (2.0f * a - 5.0f * b + 4.0f * c - d) * t2 + (3.0f * (b - c) + d - a) * t3);
}

// `count` finite numbers of the array `json[key]`.
std::vector<float> numbers(const nlohmann::json& json, const char* key, size_t count) {
  std::vector<float> out;
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array() || found->size() != count) return {};
  for (const nlohmann::json& value : *found) {
    if (!value.is_number() || !std::isfinite(value.get<float>())) return {};
    out.push_back(value.get<float>());
  }
  return out;
}

}  // namespace

CameraKey keyOf(const CameraView& camera, double seconds) {
  const glm::mat4 world = glm::inverse(camera.view);
  return {seconds, glm::vec3(world[3]), glm::normalize(glm::quat_cast(glm::mat3(world))), camera.vertical_fov};
}

CameraView CameraPath::at(double seconds) const {
  const auto next = std::upper_bound(keys.begin(), keys.end(), seconds,
                                     [](double time, const CameraKey& key) { return time < key.seconds; });
  const auto i = static_cast<size_t>(std::max<ptrdiff_t>(next - keys.begin() - 1, 0));
  const CameraKey &b = keys[i], &c = keys[std::min(i + 1, keys.size() - 1)];
  const double span = c.seconds - b.seconds;
  const float t = span > 0.0 ? static_cast<float>(std::clamp((seconds - b.seconds) / span, 0.0, 1.0)) : 0.0f;
  const CameraKey &a = keys[i > 0 ? i - 1 : i], &d = keys[std::min(i + 2, keys.size() - 1)];
  const glm::vec3 position = catmullRom(a.position, b.position, c.position, d.position, t);
  const glm::mat4 world =
      glm::translate(glm::mat4(1.0f), position) * glm::mat4_cast(glm::slerp(b.rotation, c.rotation, t));
  return {glm::inverse(world), glm::mix(b.vertical_fov, c.vertical_fov, t), near_plane};
}

CameraPath orbitPath(const Bounds& bounds, float aspect, double seconds) {
  constexpr int kKeys = 96;
  const CameraView framed = frameBounds(bounds, aspect);
  const glm::vec3 center = bounds.empty() ? glm::vec3(0.0f) : bounds.center();
  const glm::vec3 from = framed.position() - center;
  // A box seen from its corner is wider than from where it was framed.
  const float reach = 1.12f;
  CameraPath path;
  path.near_plane = framed.near_plane;
  for (int i = 0; i <= kKeys; ++i) {
    const float phase = static_cast<float>(i) / kKeys;
    const glm::vec3 turned = glm::angleAxis(phase * 6.2831853f, glm::vec3(0, 1, 0)) * from * reach;
    path.keys.push_back(keyOf(lookAt(center + turned, center, framed.vertical_fov, framed.near_plane),
                              seconds * static_cast<double>(phase)));
  }
  return path;
}

CameraPath flyPath(const Scene& scene, const Pose& pose, const Bounds& bounds, double seconds) {
  constexpr uint32_t kPlaces = 8;  // where a scene names none
  const auto places = scene.viewpoints.empty() ? kPlaces : static_cast<uint32_t>(scene.viewpoints.size());
  CameraPath path;
  std::vector<CameraView> views;
  std::optional<Occupancy> occupancy;
  if (scene.viewpoints.empty()) occupancy.emplace(scene, pose);
  for (uint32_t i = 0; i <= places; ++i) {
    views.push_back(tourCamera(scene, bounds, i % places, 0.0f, occupancy ? &*occupancy : nullptr));
  }
  // As much time as there is way, and some for turning around.
  std::vector<double> times = {0.0};
  for (size_t i = 1; i < views.size(); ++i) {
    const CameraKey a = keyOf(views[i - 1], 0.0), b = keyOf(views[i], 0.0);
    const float turn = 2.0f * std::acos(std::min(std::abs(glm::dot(a.rotation, b.rotation)), 1.0f));
    const float way = glm::length(b.position - a.position) / std::max(bounds.radius(), 1e-10f);
    times.push_back(times.back() + static_cast<double>(way + 0.3f * turn) + 0.05);
  }
  for (size_t i = 0; i < views.size(); ++i) {
    path.keys.push_back(keyOf(views[i], seconds * times[i] / times.back()));
    path.near_plane = views[i].near_plane;
  }
  return path;
}

CameraPath readCameraPath(const std::filesystem::path& path) {
  const auto fail = [&](const std::string& why) { throw Error(path.string() + ": " + why); };
  std::vector<uint8_t> bytes;
  try {
    bytes = media::readFile(path);
  } catch (const media::Error& error) {
    throw Error(error.what());
  }
  const nlohmann::json json = nlohmann::json::parse(bytes, nullptr, false);
  if (!json.is_object() || json.value("format", nlohmann::json()) != kFormat) fail("not a camera path");
  if (json.value("version", nlohmann::json()) != kVersion) fail("a camera path of another version; 1 is read");
  const auto keys = json.find("keys");
  if (keys == json.end() || !keys->is_array() || keys->empty() || keys->size() > kMostKeys) fail("no list of keys");
  CameraPath out;
  const auto near_plane = json.find("near");
  if (near_plane != json.end()) {
    if (!near_plane->is_number() || !(near_plane->get<float>() > 0.0f)) fail("near is not above 0");
    out.near_plane = near_plane->get<float>();
  }
  for (size_t i = 0; i < keys->size(); ++i) {
    const nlohmann::json& item = (*keys)[i];
    const std::string where = "key " + std::to_string(i);
    if (!item.is_object()) fail(where + ": not an object");
    const auto position = numbers(item, "position", 3), rotation = numbers(item, "rotation", 4);
    const auto time = item.find("seconds"), fov = item.find("vertical_fov");
    if (time == item.end() || !time->is_number() || !std::isfinite(time->get<double>())) fail(where + ": no seconds");
    if (position.empty()) fail(where + ": position is not three numbers");
    const glm::quat q =
        rotation.empty() ? glm::quat(0, 0, 0, 0) : glm::quat(rotation[3], rotation[0], rotation[1], rotation[2]);
    if (!(glm::length(q) > 1e-6f)) fail(where + ": rotation is not a quaternion x, y, z, w");
    if (fov == item.end() || !fov->is_number() || !(fov->get<float>() > 0.01f && fov->get<float>() < 3.0f)) {
      fail(where + ": vertical_fov is not between 0.01 and 3 radians");
    }
    CameraKey key{time->get<double>(), glm::make_vec3(position.data()), glm::normalize(q), fov->get<float>()};
    if (!out.keys.empty() && key.seconds < out.keys.back().seconds) fail(where + ": times that go backwards");
    out.keys.push_back(key);
  }
  return out;
}

void writeCameraPath(const CameraPath& camera_path, const std::filesystem::path& path) {
  nlohmann::json keys = nlohmann::json::array();
  for (const CameraKey& key : camera_path.keys) {
    keys.push_back({{"seconds", key.seconds},
                    {"position", {key.position.x, key.position.y, key.position.z}},
                    {"rotation", {key.rotation.x, key.rotation.y, key.rotation.z, key.rotation.w}},
                    {"vertical_fov", key.vertical_fov}});
  }
  const nlohmann::json json = {
      {"format", kFormat}, {"version", kVersion}, {"near", camera_path.near_plane}, {"keys", keys}};
  const std::string text = json.dump(1) + "\n";
  try {
    media::writeFileWhole(path, std::as_bytes(std::span(text)));
  } catch (const media::Error& error) {
    throw Error(error.what());
  }
}

}  // namespace impasto::render
