// The scenes that come with Impasto. The sample scene is the harbour: a village by a bay on a late summer afternoon,
// made in code.
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

// Others of the same kind, of other characters; each loops after kSampleSceneSeconds too.
Scene makeCarouselScene();  // a carousel on a square at dusk: a turning machine, lamps, bunting
Scene makeAtelierScene();  // a painter's room in the evening: lamps without and with shades, things that swing and turn
Scene makeGardenScene();   // a garden in the wind: trees, flowers, reeds, a pond with a bridge

}  // namespace impasto::render
