#include "logging/event_writer.h"

#include <array>
#include <bit>
#include <chrono>
#include <filesystem>

#include "base/error.h"

namespace impasto::trainer {
namespace {

std::string littleEndian(uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}

std::string varint(uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out += static_cast<char>(value);
}

// Fields of a protocol buffer, by wire type.
std::string number(int field, uint64_t value) { return varint(uint64_t(field) << 3) + varint(value); }
std::string fixed64(int field, double value) {
  return varint(uint64_t(field) << 3 | 1) + littleEndian(std::bit_cast<uint64_t>(value), 8);
}
std::string fixed32(int field, float value) {
  return varint(uint64_t(field) << 3 | 5) + littleEndian(std::bit_cast<uint32_t>(value), 4);
}
std::string bytes(int field, std::string_view value) {
  std::string out = varint(uint64_t(field) << 3 | 2) + varint(value.size());
  return out.append(value);
}

// Event.summary { value { tag, ... } }
std::string summary(const std::string& tag, const std::string& value) { return bytes(5, bytes(1, bytes(1, tag) + value)); }

std::string masked(std::string_view data) {
  const uint32_t crc = crc32c(data);
  return littleEndian(static_cast<uint32_t>((crc >> 15 | crc << 17) + 0xA282EAD8u), 4);
}

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

uint32_t crc32c(std::string_view data) {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> result{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0x82F63B78u : 0);
      result[i] = value;
    }
    return result;
  }();
  uint32_t crc = 0xFFFFFFFFu;
  for (const char c : data) crc = crc >> 8 ^ table[(crc ^ static_cast<uint8_t>(c)) & 0xFF];
  return ~crc;
}

EventWriter::EventWriter(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(ErrorCode::Io, folder + ": cannot be made: " + error.message());
  for (int i = 0; path_.empty() || fs::exists(path_); ++i) {
    const std::string name = "events.out.tfevents." + std::to_string(static_cast<int64_t>(now())) + ".impasto." + std::to_string(i);
    path_ = (fs::path(folder) / name).string();
  }
  file_.open(path_, std::ios::binary);
  if (!file_) throw Error(ErrorCode::Io, path_ + ": cannot be written");
  event(0, bytes(3, "brain.Event:2"));
}

void EventWriter::event(int64_t step, const std::string& field) {
  const std::string data = fixed64(1, now()) + number(2, static_cast<uint64_t>(step)) + field;
  const std::string length = littleEndian(data.size(), 8);
  file_ << length << masked(length) << data << masked(data) << std::flush;
}

void EventWriter::scalar(int64_t step, const std::string& tag, double value) {
  event(step, summary(tag, fixed32(2, static_cast<float>(value))));
}

void EventWriter::picture(int64_t step, const std::string& tag, std::span<const std::byte> png, int width, int height) {
  constexpr uint64_t kRgb = 3;
  const std::string_view encoded(reinterpret_cast<const char*>(png.data()), png.size());
  event(step, summary(tag, bytes(4, number(1, static_cast<uint64_t>(height)) + number(2, static_cast<uint64_t>(width)) +
                                        number(3, kRgb) + bytes(4, encoded))));
}

void EventWriter::text(int64_t step, const std::string& tag, const std::string& markdown) {
  constexpr uint64_t kString = 7;  // TensorProto's DT_STRING
  const std::string tensor = number(1, kString) + bytes(2, bytes(2, number(1, 1))) + bytes(8, markdown);
  event(step, summary(tag, bytes(8, tensor) + bytes(9, bytes(1, bytes(1, "text")))));
}

}  // namespace impasto::trainer
