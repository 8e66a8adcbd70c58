// The scene that comes with Impasto: a village by a bay on a late summer afternoon, made in code.
//
// Foreground: a flowering meadow, a tree, a jetty with a rowing boat. Middle: houses with tiled roofs, a church, a
// windmill, cypresses, sailing boats, a lighthouse. Far: hills in haze under drifting clouds. Grass, leaves, flag,
// laundry, waves, boats, gulls and the windmill move; everything repeats after kSampleSceneSeconds.
#pragma once

#include "renderer/scene/scene.h"

namespace impasto::render {

inline constexpr float kSampleSceneSeconds = 10.0f;

// About 200k triangles; the same on every machine and every call.
Scene makeSampleScene();

}  // namespace impasto::render
