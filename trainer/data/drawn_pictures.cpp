#include "data/drawn_pictures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

namespace impasto::trainer {
namespace {

constexpr int kWidth = 640, kHeight = 400;
constexpr float kAmbient = 0.35f;

using Color = std::array<float, 3>;

class Draw {
 public:
  explicit Draw(uint64_t seed) : random_(seed * 0x9E3779B97F4A7C15ull + 1) {}
  float uniform(float from, float to) { return from + (to - from) * std::uniform_real_distribution<float>(0, 1)(random_); }
  int whole(int from, int to) { return std::min(to, static_cast<int>(uniform(float(from), float(to) + 1))); }
  // Neither black nor garish.
  Color color(float lightness) {
    const float spread = uniform(0.05f, 0.45f);
    Color c;
    for (float& v : c) v = std::clamp(lightness + uniform(-spread, spread), 0.02f, 0.98f);
    return c;
  }
  uint32_t number() { return static_cast<uint32_t>(random_()); }

 private:
  std::mt19937_64 random_;
};

// A hash of a lattice point, in [0, 1].
float latticeValue(int x, int y, uint32_t seed) {
  uint32_t h = static_cast<uint32_t>(x) * 0x8DA6B343u ^ static_cast<uint32_t>(y) * 0xD8163841u ^ seed * 0xCB1AB31Fu;
  h = (h ^ h >> 15) * 0x2C1B3C6Du;
  h = (h ^ h >> 12) * 0x297A2D39u;
  return static_cast<float>(h >> 8) / static_cast<float>(1 << 24);
}

// Value noise, smoothly interpolated, summed over octaves: in [0, 1], mean 1/2.
float noise(float x, float y, int octaves, uint32_t seed) {
  float sum = 0, weight = 0.5f, total = 0;
  for (int i = 0; i < octaves; ++i) {
    const float fx = std::floor(x), fy = std::floor(y);
    const int ix = static_cast<int>(fx), iy = static_cast<int>(fy);
    const auto smooth = [](float t) { return t * t * (3 - 2 * t); };
    const float u = smooth(x - fx), v = smooth(y - fy);
    const uint32_t octave = seed + static_cast<uint32_t>(i);
    const float top = std::lerp(latticeValue(ix, iy, octave), latticeValue(ix + 1, iy, octave), u);
    const float bottom = std::lerp(latticeValue(ix, iy + 1, octave), latticeValue(ix + 1, iy + 1, octave), u);
    sum += weight * std::lerp(top, bottom, v);
    total += weight;
    weight *= 0.5f, x *= 2, y *= 2;
  }
  return sum / total;
}

// How a surface looks: a colour, and what is laid over it.
struct Material {
  Color color, second;
  int pattern = 0;  // 0 plain, 1 clouds of a second colour, 2 stripes, 3 bricks, 4 grain
  float size = 20;  // of the pattern, pixels
  uint32_t seed = 0;

  Color at(float x, float y) const {
    float share = 0;
    switch (pattern) {
      case 1: share = std::clamp(3 * noise(x / size, y / size, 4, seed) - 1, 0.0f, 1.0f); break;
      case 2: share = std::fmod(std::abs(x + 0.3f * y), size) < 0.5f * size ? 1.0f : 0.0f; break;
      case 3: {
        const float row = std::floor(2 * y / size), shifted = x + (std::fmod(row, 2.0f) != 0 ? 0.5f * size : 0);
        const float in_row = y - row * size / 2, in_brick = shifted - std::floor(shifted / size) * size;
        share = in_row < 0.07f * size || in_brick < 0.07f * size ? 1.0f : 0.25f * latticeValue(int(std::floor(shifted / size)), int(row), seed);
        break;
      }
      case 4: share = 0.6f * noise(x / 2, y / 2, 2, seed); break;
      default: break;
    }
    Color c;
    for (size_t i = 0; i < 3; ++i) c[i] = std::lerp(color[i], second[i], share);
    return c;
  }
};

Material someMaterial(Draw& draw) {
  Material m;
  m.color = draw.color(draw.uniform(0.15f, 0.85f));
  m.second = draw.color(draw.uniform(0.15f, 0.85f));
  m.pattern = draw.whole(0, 4);
  m.size = draw.uniform(10, 60);
  m.seed = draw.number();
  return m;
}

class Canvas {
 public:
  Canvas(int width, int height) : width_(width), height_(height), pixels_(size_t(width) * size_t(height)) {}

  // `shade` gives the colour of (x, y) and its share, 0 to 1, over what is there.
  template <class Shade>
  void paint(float left, float top, float right, float bottom, const Shade& shade) {
    const int x0 = std::max(0, int(left)), x1 = std::min(width_, int(std::ceil(right)));
    const int y0 = std::max(0, int(top)), y1 = std::min(height_, int(std::ceil(bottom)));
    for (int y = y0; y < y1; ++y) {
      for (int x = x0; x < x1; ++x) {
        const auto [color, share] = shade(float(x), float(y));
        Color& pixel = pixels_[size_t(y) * size_t(width_) + size_t(x)];
        for (size_t i = 0; i < 3; ++i) pixel[i] = std::lerp(pixel[i], color[i], std::clamp(share, 0.0f, 1.0f));
      }
    }
  }

  Image image() const {
    Image out{width_, height_, {}};
    out.rgb.reserve(pixels_.size() * 3);
    for (const Color& pixel : pixels_) {
      for (const float v : pixel) out.rgb.push_back(static_cast<uint8_t>(std::lround(255 * std::clamp(v, 0.0f, 1.0f))));
    }
    return out;
  }

 private:
  int width_, height_;
  std::vector<Color> pixels_;
};

struct Shaded {
  Color color;
  float share;
};

Color lit(const Color& color, float light) {
  return {color[0] * light, color[1] * light, color[2] * light};
}

struct Light {
  float x, y, z;  // towards it, of length 1; y down
};

void drawSky(Canvas& canvas, Draw& draw, float width, float horizon) {
  const Color zenith = draw.color(draw.uniform(0.2f, 0.7f)), low = draw.color(draw.uniform(0.5f, 0.9f));
  const float clouds = draw.whole(0, 2) == 0 ? 0.0f : draw.uniform(0.3f, 0.9f), size = draw.uniform(40, 160);
  const uint32_t seed = draw.number();
  canvas.paint(0, 0, width, horizon, [&](float x, float y) {
    const float down = y / std::max(1.0f, horizon);
    const float cover = clouds * std::clamp(4 * noise(x / size, 2 * y / size, 5, seed) - 2, 0.0f, 1.0f);
    Color c;
    for (size_t i = 0; i < 3; ++i) c[i] = std::lerp(std::lerp(zenith[i], low[i], down), 0.95f, cover);
    return Shaded{c, 1};
  });
}

// Towards the horizon its pattern gets finer and it fades into haze.
void drawGround(Canvas& canvas, Draw& draw, float width, float height, float horizon) {
  const Material material = someMaterial(draw);
  const Color haze = draw.color(0.7f);
  const float fade = draw.uniform(0, 0.7f);
  canvas.paint(0, horizon, width, height, [&](float x, float y) {
    const float near = (y - horizon + 2) / (height - horizon + 2), depth = 1 / near;
    Color c = material.at((x - width / 2) * depth * 0.5f + 1e4f, 120 * depth + 1e4f);
    for (size_t i = 0; i < 3; ++i) c[i] = std::lerp(c[i] * std::lerp(0.75f, 1.0f, near), haze[i], fade * (1 - near));
    return Shaded{c, 1};
  });
}

void drawShadow(Canvas& canvas, float x, float y, float rx, float ry) {
  canvas.paint(x - rx, y - ry, x + rx, y + ry, [&](float px, float py) {
    const float dx = (px - x) / rx, dy = (py - y) / ry, r = dx * dx + dy * dy;
    return Shaded{Color{0.05f, 0.05f, 0.08f}, 0.6f * std::clamp(1.5f * (1 - r), 0.0f, 1.0f)};
  });
}

void drawSphere(Canvas& canvas, Draw& draw, const Light& light, float x, float y, float radius) {
  const Material material = someMaterial(draw);
  const float gloss = draw.uniform(0, 0.8f);
  drawShadow(canvas, x - light.x * radius, y + radius, 1.3f * radius, 0.3f * radius);
  canvas.paint(x - radius - 1, y - radius - 1, x + radius + 1, y + radius + 1, [&](float px, float py) {
    const float nx = (px - x) / radius, ny = (py - y) / radius, r = std::sqrt(nx * nx + ny * ny);
    const float nz = std::sqrt(std::max(0.0f, 1 - r * r));
    const float facing = std::max(0.0f, nx * light.x + ny * light.y + nz * light.z);
    const float shine = gloss * std::pow(std::max(0.0f, 2 * facing * nz - light.z), 24.0f);
    Color c = lit(material.at(px, py), kAmbient + 0.8f * facing);
    for (float& v : c) v += shine;
    return Shaded{c, radius * (1 - r) + 0.5f};
  });
}

// A box in parallel projection: its front, a side and its top, each with a light of its own.
void drawBox(Canvas& canvas, Draw& draw, const Light& light, float x, float y, float width, float height) {
  const Material material = someMaterial(draw);
  const float depth = draw.uniform(0.2f, 0.6f) * width, rise = 0.4f * depth, way = light.x > 0 ? 1.0f : -1.0f;
  drawShadow(canvas, x - light.x * width, y, 1.1f * width, 0.2f * height + 6);
  const bool windows = height > 1.5f * width && draw.whole(0, 1) == 1;
  const float pane = std::max(8.0f, width / draw.uniform(3, 7));
  canvas.paint(x - width / 2, y - height, x + width / 2, y, [&](float px, float py) {
    const float u = std::fmod(px - x + 100 * pane, pane) / pane, v = std::fmod(py - y + 100 * pane, pane) / pane;
    const bool glass = windows && u > 0.3f && u < 0.75f && v > 0.25f && v < 0.8f;
    return Shaded{glass ? Color{0.12f, 0.14f, 0.2f} : lit(material.at(px, py), kAmbient + 0.5f * light.z), 1};
  });
  const float edge = x + way * width / 2;
  canvas.paint(std::min(edge, edge + way * depth), y - height - rise, std::max(edge, edge + way * depth), y, [&](float px, float py) {
    const float in = std::abs(px - edge) / depth, lift = rise * in;
    const bool inside = py >= y - height - lift && py <= y - lift;
    return Shaded{lit(material.at(px, py), kAmbient + 0.6f * std::abs(light.x)), inside ? 1.0f : 0.0f};
  });
  canvas.paint(x - width / 2 - depth, y - height - rise, x + width / 2 + depth, y - height, [&](float px, float py) {
    const float in = (y - height - py) / rise, shift = way * depth * in;
    const bool inside = px >= x - width / 2 + shift && px <= x + width / 2 + shift;
    return Shaded{lit(material.at(px, py), kAmbient + 0.8f * std::max(0.0f, -light.y)), inside ? 1.0f : 0.0f};
  });
}

void drawColumn(Canvas& canvas, Draw& draw, const Light& light, float x, float y, float radius, float height) {
  const Material material = someMaterial(draw);
  drawShadow(canvas, x - light.x * radius, y, 1.6f * radius, 0.4f * radius);
  canvas.paint(x - radius, y - height, x + radius, y, [&](float px, float py) {
    const float nx = (px - x) / radius, nz = std::sqrt(std::max(0.0f, 1 - nx * nx));
    return Shaded{lit(material.at(px, py), kAmbient + 0.8f * std::max(0.0f, nx * light.x + nz * light.z)), 1};
  });
}

// Leaves of a tree or a bush: many small discs, darker below.
void drawLeaves(Canvas& canvas, Draw& draw, const Light& light, float x, float y, float radius) {
  const Color color = draw.color(draw.uniform(0.25f, 0.5f));
  for (int i = 0; i < 160; ++i) {
    const float angle = draw.uniform(0, 6.283f), away = radius * std::sqrt(draw.uniform(0, 1)), leaf = draw.uniform(2, 7);
    const float dx = away * std::cos(angle), dy = 0.8f * away * std::sin(angle);
    const float shade = kAmbient + 0.5f + 0.4f * (dx * light.x + dy * light.y) / radius + draw.uniform(-0.15f, 0.15f);
    canvas.paint(x + dx - leaf, y + dy - leaf, x + dx + leaf, y + dy + leaf, [&](float px, float py) {
      const float r = std::hypot(px - x - dx, py - y - dy);
      return Shaded{lit(color, shade), leaf - r};
    });
  }
}

}  // namespace

Image drawPicture(int width, int height, uint64_t seed) {
  Draw draw(seed);
  Canvas canvas(width, height);
  const auto w = static_cast<float>(width), h = static_cast<float>(height);
  const float horizon = h * draw.uniform(0.2f, 0.75f);
  const float side = draw.uniform(-0.8f, 0.8f), up = draw.uniform(0.3f, 0.8f);
  const float length = std::sqrt(side * side + up * up + 0.36f);
  const Light light{side / length, -up / length, 0.6f / length};
  drawSky(canvas, draw, w, horizon);
  drawGround(canvas, draw, w, h, horizon);
  const int bodies = draw.whole(3, 9);
  for (int i = 0; i < bodies; ++i) {  // from far to near: larger and lower
    const float near = (static_cast<float>(i) + draw.uniform(0, 1)) / static_cast<float>(bodies);
    const float x = draw.uniform(0, w), y = horizon + near * (h - horizon), size = h * std::lerp(0.08f, 0.45f, near) * draw.uniform(0.5f, 1.2f);
    switch (draw.whole(0, 4)) {
      case 0: drawSphere(canvas, draw, light, x, y - size / 2, size / 2); break;
      case 1: drawBox(canvas, draw, light, x, y, size * draw.uniform(0.5f, 1.5f), size * draw.uniform(0.6f, 2.5f)); break;
      case 2: drawColumn(canvas, draw, light, x, y, size * draw.uniform(0.08f, 0.25f), size * draw.uniform(1, 2.5f)); break;
      case 3: drawLeaves(canvas, draw, light, x, y - size / 2, size / 2); break;
      default:
        drawColumn(canvas, draw, light, x, y, 0.06f * size, size);
        drawLeaves(canvas, draw, light, x, y - size, 0.5f * size);
    }
  }
  return canvas.image();
}

std::vector<Image> drawPictures(int count) {
  std::vector<Image> pictures;
  for (int i = 0; i < count; ++i) pictures.push_back(drawPicture(kWidth, kHeight, static_cast<uint64_t>(i)));
  return pictures;
}

}  // namespace impasto::trainer
