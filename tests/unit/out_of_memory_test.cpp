// Host memory that runs out while a style is read: every allocation in turn fails, alone or with all after it, and
// each time the C ABI must say so. A process that ends instead fails the test.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "impasto/impasto.h"
#include "style/style.h"
#include "support/allocations.h"
#include "support/random_style.h"
#include "support/temp_dir.h"

namespace impasto {
namespace {

using Bytes = std::vector<std::byte>;

Bytes bytesOf(const std::string& header) {
  Bytes bytes(8 + header.size());
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::byte>(header.size() >> (8 * i));
  for (size_t i = 0; i < header.size(); ++i) bytes[8 + i] = static_cast<std::byte>(header[i]);
  return bytes;
}

void expectOutOfMemory(const std::function<ImpastoResult(ImpastoStyle*)>& create, ImpastoResult with_enough) {
  for (const test::Failing failing : {test::Failing::One, test::Failing::AllFrom}) {
    for (int64_t index = 0;; ++index) {
      ImpastoStyle style = nullptr;
      test::AllocationWatch watch(failing, index);
      const ImpastoResult result = create(&style);
      const int64_t allocations = watch.stop();
      impastoReleaseStyle(style);
      if (allocations <= index) {  // done without reaching the failure
        EXPECT_EQ(result, with_enough) << impastoGetLastError();
        EXPECT_GT(index, 0) << "no allocation was seen";
        break;
      }
      ASSERT_EQ(result, IMPASTO_ERROR_OUT_OF_MEMORY) << "allocation " << index << ": " << impastoGetLastError();
      ASSERT_EQ(style, nullptr) << "allocation " << index;
    }
  }
}

void expectOutOfMemory(const Bytes& bytes, ImpastoResult with_enough) {
  expectOutOfMemory(
      [&](ImpastoStyle* style) { return impastoCreateStyleFromMemory(bytes.data(), bytes.size(), style); },
      with_enough);
}

TEST(OutOfMemory, StylesInMemory) {
  expectOutOfMemory(writeStyle(test::makeSmallStyle(1)), IMPASTO_SUCCESS);
  for (uint32_t seed = 1; seed <= 2; ++seed) {
    SCOPED_TRACE(seed);
    expectOutOfMemory(writeStyle(test::makeRandomStyle(seed)), IMPASTO_SUCCESS);
  }
  const Style with_paintings = test::makeRandomStyle(1, {.max_ops = 8, .version_2 = true});
  ASSERT_FALSE(with_paintings.paintings.empty());
  expectOutOfMemory(writeStyle(with_paintings), IMPASTO_SUCCESS);
}

TEST(OutOfMemory, StyleFiles) {
  const test::TempDir folder;
  const std::string path = folder.file("style.safetensors");
  writeStyleFile(test::makeSmallStyle(1), path);
  expectOutOfMemory([&](ImpastoStyle* style) { return impastoCreateStyleFromFile(path.c_str(), style); },
                    IMPASTO_SUCCESS);
  const std::string missing = folder.file("missing.safetensors");
  expectOutOfMemory([&](ImpastoStyle* style) { return impastoCreateStyleFromFile(missing.c_str(), style); },
                    IMPASTO_ERROR_IO);
}

// The messages need memory too, and what was read so far is let go of.
TEST(OutOfMemory, HostileStyles) {
  Bytes truncated = writeStyle(test::makeSmallStyle(1));
  truncated.pop_back();
  expectOutOfMemory(truncated, IMPASTO_ERROR_INVALID_STYLE);
  for (const char* header :
       {"{", "{}", "{\"a\": [[1, \"two\"], {\"three\": 3}], \"a\": null}", "{\"a\": 1e999}", "{\"a\": \"\xFF\"}",
        "{\"a\": [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}", "{\"__metadata__\": {\"format\": [\"impasto-style\"]}}",
        "{\"__metadata__\": {\"format\": \"impasto-style\", \"version\": \"1\", \"graph\": \"{\\\"ops\\\": [{\"}}"}) {
    SCOPED_TRACE(header);
    expectOutOfMemory(bytesOf(header), IMPASTO_ERROR_INVALID_STYLE);
  }
}

}  // namespace
}  // namespace impasto
