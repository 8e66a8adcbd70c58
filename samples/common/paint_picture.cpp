#include "common/paint_picture.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"

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

void mix(uint8_t* target, const uint8_t* source, float amount) {
  for (size_t c = 0; c < 3; ++c) {
    const float value = static_cast<float>(target[c]);
    target[c] = static_cast<uint8_t>(value + (static_cast<float>(source[c]) - value) * amount + 0.5f);
  }
}

// `picture` from (x, y) on; beyond its ends the last column and row are repeated.
void copyBlock(const Picture& picture, uint32_t x, uint32_t y, Picture& block) {
  for (uint32_t row = 0; row < block.height; ++row) {
    const uint32_t source_y = std::min(y + row, picture.height - 1);
    for (uint32_t column = 0; column < block.width; ++column) {
      std::memcpy(block.pixel(column, row), picture.pixel(std::min(x + column, picture.width - 1), source_y), 4);
    }
  }
}

void paintInBlocks(BlockPainter& blocks, const ImpastoControls& controls, Picture& picture, uint32_t block_width,
                   uint32_t block_height, const std::function<void(double)>& on_block) {
  const std::vector<uint32_t> lefts = blockOrigins(picture.width, block_width);
  const std::vector<uint32_t> tops = blockOrigins(picture.height, block_height);
  const double total = static_cast<double>(lefts.size() * tops.size());
  Picture painted = picture, band(picture.width, block_height), block(block_width, block_height);
  size_t done = 0;
  for (size_t j = 0; j < tops.size(); ++j) {
    // Blocks side by side make a band; bands one below the other make the picture.
    const uint32_t rows = std::min(block_height, picture.height - tops[j]);
    for (size_t i = 0; i < lefts.size(); ++i) {
      copyBlock(picture, lefts[i], tops[j], block);
      blocks.paint(block.rgba.data(), controls);
      const uint32_t columns = std::min(block_width, picture.width - lefts[i]);
      for (uint32_t x = 0; x < columns; ++x) {
        const float amount = share(lefts[i] + x, i, lefts, block_width);
        for (uint32_t y = 0; y < rows; ++y) mix(band.pixel(lefts[i] + x, y), block.pixel(x, y), amount);
      }
      on_block(static_cast<double>(++done) / total);
    }
    for (uint32_t y = 0; y < rows; ++y) {
      const float amount = share(tops[j] + y, j, tops, block_height);
      for (uint32_t x = 0; x < picture.width; ++x) mix(painted.pixel(x, tops[j] + y), band.pixel(x, y), amount);
    }
  }
  picture = std::move(painted);
}

}  // namespace

void paintPicture(BlockPainter& blocks, const ImpastoControls& controls, Picture& picture,
                  const std::function<void(double)>& on_block) {
  std::string why;
  if (blocks.prepare(picture.width, picture.height, why)) {
    blocks.paint(picture.rgba.data(), controls);
    on_block(1);
    return;
  }
  uint32_t width = picture.width, height = picture.height;
  do {
    uint32_t& longer = width > height ? width : height;
    if (longer <= kSmallestBlock) {
      throw Error("cannot paint even " + std::to_string(width) + "x" + std::to_string(height) + " pixels: " + why);
    }
    longer = std::max(roundUp(longer / 2), kSmallestBlock);
  } while (!blocks.prepare(width, height, why));
  paintInBlocks(blocks, controls, picture, width, height, on_block);
}

}  // namespace impasto::app
