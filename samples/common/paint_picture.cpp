#include "common/paint_picture.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "media/color_profile.h"
#include "media/parallel.h"

namespace impasto::app {
namespace {

// Generators work on cells of at most 16 pixels: blocks that begin at multiples of it are cut up as the whole is.
constexpr uint32_t kCell = 16;

// Neighbouring blocks share so many pixels. The outer quarters are not used: there the generator sees the block's end;
// in the middle half one block fades into the next.
constexpr uint32_t kOverlap = 192;
constexpr uint32_t kSmallestBlock = 2 * kOverlap;

uint32_t roundUp(uint32_t value) { return (value + kCell - 1) / kCell * kCell; }

// Where blocks of `block` pixels begin to cover `side`: multiples of the cell; the last may reach beyond the end.
std::vector<uint32_t> blockOrigins(uint32_t side, uint32_t block) {
  std::vector<uint32_t> origins = {0};
  const uint32_t last = side > block ? roundUp(side - block) : 0;
  while (origins.back() < last) origins.push_back(std::min(origins.back() + block - kOverlap, last));
  return origins;
}

// How much of pixel `at` comes from the block that begins at `origin` rather than from the one before it.
float share(uint32_t at, size_t index, const std::vector<uint32_t>& origins, uint32_t block) {
  if (index == 0) return 1;
  const uint32_t overlap = origins[index - 1] + block - origins[index];
  const float from_start = static_cast<float>(at - origins[index]) + 0.5f;
  return std::clamp((from_start / static_cast<float>(overlap) - 0.25f) * 2, 0.0f, 1.0f);
}

// The pixels of an image as a block painter takes them, and back.
class BlockColors {
 public:
  explicit BlockColors(const media::Image& image) {
    if (!image.metadata.icc.empty()) {
      media::ColorTransform transform(image.metadata.icc, media::isFloat(image.type));
      if (!transform.isIdentity()) transform_.emplace(std::move(transform));
    }
    format_ = media::isFloat(image.type)                              ? BlockFormat::RgbaLinear
              : image.type == media::SampleType::U8 && !transform_ ? BlockFormat::Rgba8
                                                                     : BlockFormat::RgbaFloat;
  }

  BlockFormat format() const { return format_; }

  // A whole image, in place where that is possible.
  void paint(BlockPainter& blocks, const ImpastoControls& controls, media::Image& image) const {
    if (format_ == BlockFormat::Rgba8) return blocks.paint(image.samples.data(), controls);
    const size_t row = size_t{image.width} * 4;
    std::vector<float> pixels(row * image.height);
    media::forRowBands(image.height, [&](uint32_t first, uint32_t last) {
      for (uint32_t y = first; y < last; ++y) {
        media::loadPixels(image, 0, y, image.width, pixels.data() + y * row);
        if (transform_) transform_->toSrgb(pixels.data() + y * row, image.width);
      }
    });
    blocks.paint(pixels.data(), controls);
    media::forRowBands(image.height, [&](uint32_t first, uint32_t last) {
      for (uint32_t y = first; y < last; ++y) {
        if (transform_) transform_->fromSrgb(pixels.data() + y * row, image.width);
        media::storePixels(image, 0, y, image.width, pixels.data() + y * row);
      }
    });
  }

 private:
  std::optional<media::ColorTransform> transform_;
  BlockFormat format_;
};

// `target` becomes `source` by `amount`, colours only; one for each pixel of a row.
void mixRow(media::Image& target, uint32_t x, uint32_t y, const media::Image& source, uint32_t source_y,
            const std::vector<float>& amounts, std::vector<float>& a, std::vector<float>& b) {
  const size_t count = amounts.size();
  a.resize(count * 4);
  b.resize(count * 4);
  media::loadPixels(target, x, y, count, a.data());
  media::loadPixels(source, 0, source_y, count, b.data());
  for (size_t i = 0; i < count; ++i) {
    for (size_t c = i * 4; c < i * 4 + 3; ++c) {
      a[c] = amounts[i] >= 1 ? b[c] : a[c] + (b[c] - a[c]) * amounts[i];
    }
  }
  media::storePixels(target, x, y, count, a.data());
}

// `image` from (x, y) on; beyond its ends the last column and row are repeated.
void copyBlock(const media::Image& image, uint32_t x, uint32_t y, media::Image& block) {
  const size_t bytes = image.pixelBytes();
  for (uint32_t row = 0; row < block.height; ++row) {
    const uint32_t source_y = std::min(y + row, image.height - 1);
    for (uint32_t column = 0; column < block.width; ++column) {
      std::memcpy(block.pixel(column, row), image.pixel(std::min(x + column, image.width - 1), source_y), bytes);
    }
  }
}

void paintInBlocks(BlockPainter& blocks, const BlockColors& colors, const ImpastoControls& controls, media::Image& image,
                   uint32_t block_width, uint32_t block_height, const std::function<void(double)>& on_block) {
  const std::vector<uint32_t> lefts = blockOrigins(image.width, block_width);
  const std::vector<uint32_t> tops = blockOrigins(image.height, block_height);
  const double total = static_cast<double>(lefts.size() * tops.size());
  media::Image painted = image, band(image.width, block_height, image.type), block(block_width, block_height, image.type);
  std::vector<float> amounts, a, b;
  size_t done = 0;
  for (size_t j = 0; j < tops.size(); ++j) {
    // Blocks side by side make a band; bands one below the other make the picture.
    const uint32_t rows = std::min(block_height, image.height - tops[j]);
    for (size_t i = 0; i < lefts.size(); ++i) {
      copyBlock(image, lefts[i], tops[j], block);
      colors.paint(blocks, controls, block);
      amounts.resize(std::min(block_width, image.width - lefts[i]));
      for (uint32_t x = 0; x < amounts.size(); ++x) amounts[x] = share(lefts[i] + x, i, lefts, block_width);
      for (uint32_t y = 0; y < rows; ++y) mixRow(band, lefts[i], y, block, y, amounts, a, b);
      on_block(static_cast<double>(++done) / total);
    }
    for (uint32_t y = 0; y < rows; ++y) {
      amounts.assign(image.width, share(tops[j] + y, j, tops, block_height));
      mixRow(painted, 0, tops[j] + y, band, y, amounts, a, b);
    }
  }
  image = std::move(painted);
}

}  // namespace

void paintPicture(BlockPainter& blocks, const ImpastoControls& controls, media::Image& image,
                  const std::function<void(double)>& on_block) {
  if (controls.strength == 0) return on_block(1);
  const BlockColors colors(image);
  std::string why;
  if (blocks.prepare(image.width, image.height, colors.format(), why)) {
    colors.paint(blocks, controls, image);
    return on_block(1);
  }
  uint32_t width = image.width, height = image.height;
  do {
    uint32_t& longer = width > height ? width : height;
    if (longer <= kSmallestBlock) {
      throw Error("cannot paint even " + std::to_string(width) + "x" + std::to_string(height) + " pixels: " + why);
    }
    longer = std::max(roundUp(longer / 2), kSmallestBlock);
  } while (!blocks.prepare(width, height, colors.format(), why));
  paintInBlocks(blocks, colors, controls, image, width, height, on_block);
}

}  // namespace impasto::app
