#include "pass/pipeline_cache_file.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/atomic_file.h"
#include "base/file_path.h"

namespace impasto {
namespace {

constexpr uint64_t kMaxFileBytes = 256u << 20;

// Followed by the driver's data and the choices. Host byte order: the device identity keeps foreign machines out.
struct Header {
  char magic[8];
  uint32_t vendor, device, driver_version, reserved;
  uint8_t cache_uuid[VK_UUID_SIZE];
  uint64_t data_size, choices_size;
  uint64_t checksum;  // of everything before it, with this field 0, and of the data and the choices
};

constexpr char kMagic[8] = {'I', 'M', 'P', 'A', 'S', 'T', 'O', '2'};

// FNV-1a: against accidents, not against attackers, who could as well replace the program.
uint64_t fnv1a(std::span<const std::byte> bytes, uint64_t hash = 14695981039346656037u) noexcept {
  for (const std::byte b : bytes) hash = (hash ^ static_cast<uint64_t>(b)) * 1099511628211u;
  return hash;
}

Header makeHeader(const VkPhysicalDeviceProperties& device, std::span<const std::byte> data,
                  std::span<const std::byte> choices) noexcept {
  Header header = {};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.vendor = device.vendorID;
  header.device = device.deviceID;
  header.driver_version = device.driverVersion;
  std::memcpy(header.cache_uuid, device.pipelineCacheUUID, VK_UUID_SIZE);
  header.data_size = data.size();
  header.choices_size = choices.size();
  header.checksum = fnv1a(choices, fnv1a(data, fnv1a(std::as_bytes(std::span(&header, 1)))));
  return header;
}

}  // namespace

PipelineCacheFile readPipelineCacheFile(const std::string& utf8_path, const VkPhysicalDeviceProperties& device) {
  const std::filesystem::path path = filePath(utf8_path);
  PipelineCacheFile file;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return file;
  file.ignored = "it cannot be read";
  if (!std::filesystem::is_regular_file(path, error)) return file;
  const uint64_t size = std::filesystem::file_size(path, error);
  if (error) return file;
  if (size < sizeof(Header) || size > kMaxFileBytes) {
    file.ignored = "it is damaged";
    return file;
  }
  Header header;
  std::vector<std::byte> data(size - sizeof(Header));
  std::ifstream stream(path, std::ios::binary);
  stream.read(reinterpret_cast<char*>(&header), sizeof header);
  stream.read(reinterpret_cast<char*>(data.data()), static_cast<std::streamsize>(data.size()));
  if (!stream) return file;
  // What a header says of sizes is believed if all of it agrees with what is there.
  const std::span<const std::byte> all(data);
  const size_t choices = std::min<uint64_t>(header.choices_size, data.size());
  const Header expected = makeHeader(device, all.first(data.size() - choices), all.last(choices));
  if (std::memcmp(&header, &expected, offsetof(Header, data_size)) != 0) {
    file.ignored = "another device, driver or version wrote it";
  } else if (std::memcmp(&header, &expected, sizeof header) != 0) {
    file.ignored = "it is damaged";
  } else {
    file.ignored.clear();
    file.choices.assign(all.last(choices).begin(), all.last(choices).end());
    data.resize(data.size() - choices);
    file.data = std::move(data);
  }
  return file;
}

void writePipelineCacheFile(const std::string& path, const VkPhysicalDeviceProperties& device,
                            std::span<const std::byte> data, std::span<const std::byte> choices) {
  const Header header = makeHeader(device, data, choices);
  const auto header_bytes = std::as_bytes(std::span(&header, 1));
  std::vector<std::byte> file(header_bytes.begin(), header_bytes.end());
  file.insert(file.end(), data.begin(), data.end());
  file.insert(file.end(), choices.begin(), choices.end());
  writeFileAtomically(path, file);
}

}  // namespace impasto
