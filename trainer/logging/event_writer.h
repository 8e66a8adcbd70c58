// Event files that TensorBoard opens: records (length, data, a masked CRC-32C of each) of protocol buffers
// (tensorflow/core/util/event.proto), as far as scalars, pictures and texts need them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

namespace impasto::trainer {

class EventWriter {
 public:
  // Makes the folder and a file of its own in it, so that a resumed run goes on beside the first. Throws
  // impasto::Error(Io), naming the path.
  explicit EventWriter(const std::string& folder);

  // Each is one record, on the disk when the call returns; a full disk makes later ones vanish, and good() false.
  void scalar(int64_t step, const std::string& tag, double value);
  void picture(int64_t step, const std::string& tag, std::span<const std::byte> png, int width, int height);
  void text(int64_t step, const std::string& tag, const std::string& markdown);

  bool good() const { return file_.good(); }
  const std::string& path() const { return path_; }

 private:
  void event(int64_t step, const std::string& field);

  std::string path_;
  std::ofstream file_;
};

// CRC-32C (Castagnoli; RFC 3720, appendix B.4).
uint32_t crc32c(std::string_view bytes);

}  // namespace impasto::trainer
