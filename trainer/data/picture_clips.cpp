#include "data/picture_clips.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

namespace impasto::trainer {
namespace {

constexpr double kTexels = 1.25;          // of a sheet's picture to a frame's pixel: turning it leaves it sharp
constexpr double kGrain = 2.0 / 255;
constexpr double kPure = 0.98;            // a pixel that shows one sheet by so much belongs to it
constexpr int8_t kMixed = -1;             // of no sheet: on the edge of one
constexpr uint32_t kNoiseRange = 4096;    // as the crop loader's

class Dice {
 public:
  Dice(uint64_t seed, uint64_t number) {
    std::seed_seq sequence{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32), static_cast<uint32_t>(number),
                           static_cast<uint32_t>(number >> 32), 0x636c6970u};
    random_.seed(sequence);
  }
  double uniform(double low, double high) {
    return low + (high - low) * std::uniform_real_distribution<double>(0, 1)(random_);
  }
  bool chance(double share) { return uniform(0, 1) < share; }
  uint64_t bits() { return random_(); }

 private:
  std::mt19937_64 random_;
};

struct Point {
  double x = 0, y = 0;
};
Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
Point operator*(double s, Point a) { return {s * a.x, s * a.y}; }
Point turned(Point p, double angle) {
  return {std::cos(angle) * p.x - std::sin(angle) * p.y, std::sin(angle) * p.x + std::cos(angle) * p.y};
}

// Where a sheet lies on the screen, whose origin is the frame's middle; u is a place on the sheet, in pixels.
struct Placement {
  Point centre;
  double cosine = 1, sine = 0, scale = 1;

  Point onSheet(Point p) const {
    const Point d{p.x - centre.x, p.y - centre.y};
    return {(cosine * d.x + sine * d.y) / scale, (cosine * d.y - sine * d.x) / scale};
  }
  Point onScreen(Point u) const {
    return {centre.x + scale * (cosine * u.x - sine * u.y), centre.y + scale * (sine * u.x + cosine * u.y)};
  }
};

struct Camera {
  Point pan;               // pixels a frame
  double zoom = 0, roll = 0;  // log scale and radians a frame
};

struct Sheet {
  Image picture;
  double metres = 20, nearness = 1;  // the camera's motion counts so much for it
  // Outline of a cut-out, around its middle: radius (1 + depth sin(lobes angle + phase)). None: the sheet is everywhere.
  bool whole = true;
  double radius = 0, depth = 0, lobes = 0, phase = 0;
  Point start, velocity;
  double angle = 0, spin = 0;

  Placement at(double time, const Camera& camera) const {
    const double scale = std::exp(camera.zoom * nearness * time);
    Placement placement;
    placement.centre = turned(scale * (start + time * velocity), camera.roll * time) + (nearness * time) * camera.pan;
    const double turn = angle + (camera.roll + spin) * time;
    placement.cosine = std::cos(turn);
    placement.sine = std::sin(turn);
    placement.scale = scale;
    return placement;
  }

  // How much of the pixel at u the sheet covers; `pixel`: its size on the sheet.
  double coverage(Point u, double pixel) const {
    if (whole) return 1;
    const double outline = radius * (1 + depth * std::sin(lobes * std::atan2(u.y, u.x) + phase));
    return std::clamp((outline - std::hypot(u.x, u.y)) / pixel + 0.5, 0.0, 1.0);
  }

  // Bilinear; mirrored where the picture ends.
  std::array<double, 3> color(Point u) const {
    const auto place = [](double t, int extent, std::array<int, 2>& texels) {
      const double moved = t * kTexels + 0.5 * extent - 0.5, low = std::floor(moved);
      for (int i = 0; i < 2; ++i) {
        const int period = 2 * extent;
        int k = static_cast<int>(std::fmod(low + i, period));
        if (k < 0) k += period;
        texels[static_cast<size_t>(i)] = k < extent ? k : period - 1 - k;
      }
      return moved - low;
    };
    std::array<int, 2> x{}, y{};
    const double fx = place(u.x, picture.width, x), fy = place(u.y, picture.height, y);
    std::array<double, 3> sum{};
    for (size_t j = 0; j < 2; ++j) {
      for (size_t i = 0; i < 2; ++i) {
        const double weight = (i ? fx : 1 - fx) * (j ? fy : 1 - fy) / 255;
        const uint8_t* texel = picture.rgb.data() + (size_t(y[j]) * size_t(picture.width) + size_t(x[i])) * 3;
        for (size_t c = 0; c < 3; ++c) sum[c] += weight * texel[c];
      }
    }
    return sum;
  }
};

struct Light {
  std::array<double, 3> amplitude{};  // of the log of each channel's gain
  double frequency = 0, phase = 0;    // radians a frame
  double shadow = 0;                  // how much of the light it takes
  Point across;                       // unit vector; the shadow lies where across . p > edge
  double edge = 0, speed = 0, width = 1;

  std::array<double, 3> gain(double time) const {
    std::array<double, 3> gains{};
    for (size_t c = 0; c < 3; ++c) gains[c] = std::exp(amplitude[c] * std::sin(frequency * time + phase));
    return gains;
  }
  double lit(Point p, double time) const {
    if (shadow == 0) return 1;
    const double t = std::clamp((across.x * p.x + across.y * p.y - edge - speed * time) / width, 0.0, 1.0);
    return 1 - shadow * t * t * (3 - 2 * t);
  }
};

struct Scene {
  Camera camera;
  Light light;
  std::vector<Sheet> sheets;  // farthest first
  bool knows_depth = true;
  double grain = 0;
};

Image randomPart(const std::vector<Image>& pictures, int side, Dice& dice) {
  const Image& picture = pictures[dice.bits() % pictures.size()];
  const int shorter = std::min(picture.width, picture.height);
  const int least = std::min(side * 2 / 3, shorter);
  const int part = least + static_cast<int>(dice.uniform(0, 1) * (shorter - least));
  const auto offset = [&](int extent) { return static_cast<int>(dice.uniform(0, 1) * (extent - part)); };
  const int x = offset(picture.width), y = offset(picture.height);
  return resample(picture, x, y, part, part, side, side);
}

Point direction(Dice& dice) {
  const double angle = dice.uniform(0, 2 * M_PI);
  return {std::cos(angle), std::sin(angle)};
}

Scene makeScene(const std::vector<Image>& pictures, const PictureClipOptions& options, Dice& dice) {
  const auto speed = [&](double fastest) { return fastest * std::pow(dice.uniform(0, 1), 2); };  // slow ones more often
  Scene scene;
  const bool still = dice.chance(1.0 / 6);
  if (!still) {
    scene.camera.pan = speed(options.fastest) * direction(dice);
    if (dice.chance(0.5)) scene.camera.zoom = dice.uniform(-0.015, 0.015);
    if (dice.chance(0.4)) scene.camera.roll = dice.uniform(-0.015, 0.015);
  }
  if (options.light && dice.chance(0.5)) {
    const double strength = dice.uniform(0, 0.25), tint = dice.uniform(0, 0.08);
    for (double& amplitude : scene.light.amplitude) amplitude = strength + dice.uniform(-tint, tint);
    scene.light.frequency = dice.uniform(0.1, 0.8);
    scene.light.phase = dice.uniform(0, 2 * M_PI);
  }
  if (options.light && dice.chance(0.25)) {
    scene.light.shadow = dice.uniform(0.2, 0.6);
    scene.light.across = direction(dice);
    scene.light.edge = dice.uniform(-0.5, 0.5) * options.side;
    scene.light.speed = dice.uniform(-10, 10);
    scene.light.width = dice.uniform(2, 40);
  }
  const int texture = static_cast<int>(std::ceil(kTexels * (options.side + 64)));
  const double farthest = dice.uniform(5, 40);
  scene.sheets.emplace_back();
  scene.sheets[0].picture = randomPart(pictures, texture, dice);
  scene.sheets[0].metres = farthest;
  const int cutouts = static_cast<int>(dice.bits() % static_cast<uint64_t>(options.most_cutouts + 1));
  double metres = farthest;
  for (int i = 0; i < cutouts; ++i) {
    Sheet& sheet = scene.sheets.emplace_back();
    sheet.picture = randomPart(pictures, texture / 2, dice);
    metres *= dice.uniform(0.5, 0.9);
    sheet.metres = metres;
    sheet.nearness = std::min(farthest / metres, 3.0);
    sheet.whole = false;
    sheet.radius = options.side * dice.uniform(0.06, 0.25);
    sheet.lobes = static_cast<double>(2 + dice.bits() % 4);
    sheet.depth = dice.uniform(0, 0.7);
    sheet.phase = dice.uniform(0, 2 * M_PI);
    sheet.start = {dice.uniform(-0.5, 0.5) * options.side, dice.uniform(-0.5, 0.5) * options.side};
    sheet.angle = dice.uniform(0, 2 * M_PI);
    if (still && dice.chance(0.5)) continue;
    if (dice.chance(0.7)) sheet.velocity = speed(options.fastest) * direction(dice);
    if (dice.chance(0.6)) sheet.spin = dice.uniform(-0.12, 0.12);
  }
  scene.knows_depth = dice.chance(0.75);
  if (options.grain && dice.chance(1.0 / 3)) scene.grain = kGrain;
  return scene;
}

// One frame of one clip, into slices of the batch's tensors.
class FramePainter {
 public:
  FramePainter(const Scene& scene, int side) : scene_(scene), side_(side) {}

  // `before`: the owners in the frame before; empty in the first frame. Fills in `owners`.
  void paint(int time, const std::vector<int8_t>& before, std::vector<int8_t>& owners, float* color, float* motion,
             float* visible, float* depth) const {
    const size_t area = size_t(side_) * size_t(side_);
    std::vector<Placement> now, then;
    for (const Sheet& sheet : scene_.sheets) {
      now.push_back(sheet.at(time, scene_.camera));
      then.push_back(sheet.at(time - 1, scene_.camera));
    }
    owners.resize(area);
    const std::array<double, 3> gain = scene_.light.gain(time);
    for (int row = 0; row < side_; ++row) {
      for (int column = 0; column < side_; ++column) {
        const size_t i = size_t(row) * size_t(side_) + size_t(column);
        const Point p{column + 0.5 - 0.5 * side_, row + 0.5 - 0.5 * side_};
        double left = 1, most = 0;  // of the pixel: not covered yet; covered by its owner
        size_t owner = 0;
        std::array<double, 3> sum{};
        for (size_t k = scene_.sheets.size(); k-- > 0 && left > 0;) {
          const Sheet& sheet = scene_.sheets[k];
          const Point u = now[k].onSheet(p);
          const double share = left * sheet.coverage(u, 1 / now[k].scale);
          if (share <= 0) continue;
          const std::array<double, 3> seen = sheet.color(u);
          for (size_t c = 0; c < 3; ++c) sum[c] += share * seen[c];
          left -= share;
          if (share > most) most = share, owner = k;
        }
        const double lit = scene_.light.lit(p, time);
        for (size_t c = 0; c < 3; ++c) {
          color[c * area + i] = static_cast<float>(std::clamp(sum[c] * gain[c] * lit, 0.0, 1.0));
        }
        owners[i] = most >= kPure ? static_cast<int8_t>(owner) : kMixed;
        depth[i] = scene_.knows_depth ? static_cast<float>(1 / (1 + scene_.sheets[owner].metres)) : 0.5f;
        if (before.empty()) continue;
        const Point q = then[owner].onScreen(now[owner].onSheet(p));
        motion[i] = static_cast<float>(q.x - p.x);
        motion[area + i] = static_cast<float>(q.y - p.y);
        visible[i] = owners[i] != kMixed && wasSeen(q, owners[i], before) ? 1.0f : 0.0f;
      }
    }
  }

 private:
  // All four texels of a look-up at q are the owner's.
  bool wasSeen(Point q, int8_t owner, const std::vector<int8_t>& before) const {
    const double x = std::floor(q.x + 0.5 * side_ - 0.5), y = std::floor(q.y + 0.5 * side_ - 0.5);
    if (!(x >= 0 && y >= 0 && x + 1 < side_ && y + 1 < side_)) return false;
    const size_t i = size_t(y) * size_t(side_) + size_t(x), below = i + size_t(side_);
    return before[i] == owner && before[i + 1] == owner && before[below] == owner && before[below + 1] == owner;
  }

  const Scene& scene_;
  const int side_;
};

}  // namespace

PictureClips::PictureClips(const std::vector<Image>& pictures, const PictureClipOptions& options)
    : pictures_(pictures), options_(options) {}

Clip PictureClips::make(uint64_t index) const {
  const int64_t n = options_.batch, side = options_.side;
  const int length = clipLength(options_, index);
  Clip clip;
  for (int t = 0; t < length; ++t) {
    ClipFrame& frame = clip.frames.emplace_back();
    frame.color = torch::empty({n, 3, side, side});
    frame.motion = torch::zeros({n, 2, side, side});
    frame.visible = torch::zeros({n, 1, side, side});
    frame.depth = torch::empty({n, 1, side, side});
    frame.expected_depth = frame.depth;
    frame.normals = torch::zeros({n, 3, side, side});
  }
  for (int64_t i = 0; i < n; ++i) {
    Dice dice(options_.seed, index * static_cast<uint64_t>(n) + static_cast<uint64_t>(i));
    const Scene scene = makeScene(pictures_, options_, dice);
    const FramePainter painter(scene, options_.side);
    const auto slice = [i](const torch::Tensor& tensor) { return tensor[i].data_ptr<float>(); };
    std::vector<int8_t> before, owners;
    at::Generator random = at::detail::createCPUGenerator(dice.bits());
    for (int t = 0; t < length; ++t) {
      ClipFrame& frame = clip.frames[static_cast<size_t>(t)];
      painter.paint(t, before, owners, slice(frame.color), slice(frame.motion), slice(frame.visible), slice(frame.depth));
      if (scene.grain > 0) {
        torch::Tensor color = frame.color[i];
        color.add_(torch::randn(color.sizes(), random, torch::kFloat), scene.grain).clamp_(0, 1);
      }
      before.swap(owners);
    }
    const auto x = static_cast<uint32_t>(dice.bits() % kNoiseRange), y = static_cast<uint32_t>(dice.bits() % kNoiseRange);
    clip.noise_offsets.emplace_back(x, y);
  }
  return clip;
}

}  // namespace impasto::trainer
