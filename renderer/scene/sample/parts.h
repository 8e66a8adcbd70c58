// The parts of the sample scene: each adds its meshes and nodes. Y up, -Z into the bay, water at y = 0, metres.
#pragma once

#include "renderer/scene/mesh_builder.h"
#include "renderer/scene/sample/materials.h"
#include "renderer/scene/sample/noise.h"
#include "renderer/scene/scene.h"

namespace impasto::render::sample {

// Height of the ground, negative under water.
float groundHeight(float x, float z);

void addTerrain(Scene& scene, const Materials& materials);
void addFarHills(Scene& scene, const Materials& materials);
void addWater(Scene& scene, const Materials& materials);
void addVillage(Scene& scene, const Materials& materials);  // houses, church, lighthouse, laundry
void addWindmill(Scene& scene, const Materials& materials);
void addHarbour(Scene& scene, const Materials& materials);  // jetty, flag, boats, gulls
void addTrees(Scene& scene, const Materials& materials);
void addMeadow(Scene& scene, const Materials& materials);

// Is there a house, or its garden, at this place? Trees keep away.
bool builtUp(float x, float z);

// Adds a channel to the scene's one animation, sampled evenly from `value(phase)`, phase 0 to 1 over the loop.
template <typename F>
void animate(Scene& scene, int node, Path path, int keys, F value);

}  // namespace impasto::render::sample

#include "renderer/scene/sample_scene.h"

template <typename F>
void impasto::render::sample::animate(Scene& scene, int node, Path path, int keys, F value) {
  if (scene.animations.empty()) scene.animations.push_back({"loop", kSampleSceneSeconds, {}});
  Channel channel;
  channel.node = node;
  channel.path = path;
  for (int i = 0; i <= keys; ++i) {
    const float phase = static_cast<float>(i) / static_cast<float>(keys);
    channel.times.push_back(phase * kSampleSceneSeconds);
    channel.values.push_back(value(phase));
  }
  scene.animations.front().channels.push_back(std::move(channel));
}
