// A glTF file's JSON and buffers, with accessors that check what they read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "renderer/error.h"
#include "renderer/maths.h"

namespace impasto::render::gltf {

using Json = nlohmann::json;

// A value as messages quote it: never long, never deep.
std::string quote(const Json& value);

class Document {
 public:
  // Reads the file, its JSON and all its buffers, and decompresses what EXT_meshopt_compression has packed. With
  // `bytes` they are the file's, and `path` only its name and where its other files are. Throws Error.
  explicit Document(const std::filesystem::path& path);
  Document(const std::filesystem::path& path, std::span<const std::byte> bytes);

  [[noreturn]] void fail(const std::string& where, const std::string& what) const;

  // The top-level array `name`, one of kLists; empty if the file has none. Its items are objects.
  const std::vector<Json>& list(const std::string& name) const;
  const Json& root() const noexcept { return root_; }

  // The member, if it is there. The wrong type is an error.
  std::optional<size_t> index(const Json& object, const char* key, const std::string& list_name,
                              const std::string& where) const;  // checked against the top-level array's length
  size_t count(const Json& object, const char* key, size_t otherwise, const std::string& where) const;
  float number(const Json& object, const char* key, float otherwise, const std::string& where) const;
  std::string text(const Json& object, const char* key) const;  // empty if it is missing
  bool flag(const Json& object, const char* key, const std::string& where) const;
  std::vector<float> numbers(const Json& object, const char* key, size_t wanted, const std::string& where) const;
  const Json& object(const Json& parent, const char* key) const;  // an empty object if it is missing

  std::span<const std::byte> bufferView(size_t view, const std::string& where) const;

  // The bytes that a URI stands for: data in the URI itself or a file beside this one. Throws Error if it is missing.
  std::vector<std::byte> fetch(const std::string& uri, const std::string& where) const;

 private:
  void parseGlb(std::span<const std::byte> file, std::string& json);
  void checkLists() const;
  void loadBuffers();
  void decompressViews();

  std::filesystem::path path_;
  Json root_;
  std::vector<std::byte> binary_chunk_;
  bool has_binary_chunk_ = false;
  std::vector<std::vector<std::byte>> buffers_;
  std::map<size_t, std::vector<std::byte>> decompressed_;  // by buffer view
};

// What an accessor holds: `components` numbers an element, converted to float (normalised integers to their range).
struct Values {
  size_t components = 0, count = 0;
  std::vector<float> data;
  float at(size_t element, size_t component) const { return data[element * components + component]; }
};

// What a stored integer of this componentType is worth when normalised: 1 / its largest value; 1 for the others.
double normalizedScale(size_t component_type);

Values readValues(const Document& document, size_t accessor, const std::string& where);

// Unsigned scalars, not normalised.
std::vector<uint32_t> readIndices(const Document& document, size_t accessor, const std::string& where);

}  // namespace impasto::render::gltf
