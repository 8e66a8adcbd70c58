// Loads the DLL as a program would that was not linked with it, reads a style by a path that is not ASCII and paints a
// picture in host memory; and files are written whole: test_dll LIBIMPASTO.DLL
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/file_path.h"
#include "impasto/impasto.h"
#include "support/random_style.h"

using namespace impasto;

namespace {

int failures = 0;

void expect(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "failed: %s\n", what);
  ++failures;
}
#define EXPECT(condition) expect(condition, #condition)

template <class Function>
Function load(HMODULE library, const char* name) {
  const FARPROC address = GetProcAddress(library, name);
  if (address == nullptr) {
    std::fprintf(stderr, "not exported: %s\n", name);
    std::exit(1);
  }
  return reinterpret_cast<Function>(reinterpret_cast<void*>(address));
}

size_t filesIn(const std::filesystem::path& folder) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

void testAtomicFile(const std::string& folder, const std::string& path) {
  const std::vector<std::byte> first(1000, std::byte{1}), second(10, std::byte{2});
  writeFileAtomically(path, first);
  writeFileAtomically(path, second);
  EXPECT(std::filesystem::file_size(filePath(path)) == 10);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 10; ++j) writeFileAtomically(path, first);
      });
    }
  }
  EXPECT(std::filesystem::file_size(filePath(path)) == 1000);
  bool refused = false;
  try {
    writeFileAtomically(folder, first);
  } catch (const Error& error) {
    refused = std::string(error.what()).find("not a regular file") != std::string::npos;
  }
  EXPECT(refused);
  refused = false;
  try {
    writeFileAtomically(folder + "/none/file", first);
  } catch (const Error& error) {
    refused = error.code() == ErrorCode::Io;
  }
  EXPECT(refused);
  EXPECT(filesIn(filePath(folder)) == 1);
}

void testDll(HMODULE library, const std::string& path) {
  const auto version = load<decltype(&impastoGetVersion)>(library, "impastoGetVersion");
  const auto last_error = load<decltype(&impastoGetLastError)>(library, "impastoGetLastError");
  const auto create = load<decltype(&impastoCreateStyleFromFile)>(library, "impastoCreateStyleFromFile");
  const auto release = load<decltype(&impastoReleaseStyle)>(library, "impastoReleaseStyle");
  const auto paint = load<decltype(&impastoPaintHostImage)>(library, "impastoPaintHostImage");
  EXPECT(version() ==
         VK_MAKE_API_VERSION(0, IMPASTO_VERSION_MAJOR, IMPASTO_VERSION_MINOR, IMPASTO_VERSION_PATCH));

  ImpastoStyle style = nullptr;
  EXPECT(create((path + ".none").c_str(), &style) == IMPASTO_ERROR_IO && style == nullptr);
  EXPECT(std::string(last_error()).find("no such file") != std::string::npos);
  writeFileAtomically(path, writeStyle(test::makeSmallStyle(1)));
  EXPECT(create(path.c_str(), &style) == IMPASTO_SUCCESS);

  constexpr uint32_t kWidth = 16, kHeight = 8;
  std::vector<float> pixels(kWidth * kHeight * 3, 0.5f);
  ImpastoHostImage image{};
  image.size = sizeof image;
  image.width = kWidth;
  image.height = kHeight;
  image.color = image.output = pixels.data();
  EXPECT(paint(style, &image) == IMPASTO_SUCCESS);
  bool in_range = true, changed = false;
  for (const float value : pixels) {
    in_range = in_range && value >= 0.0f && value <= 1.0f;
    changed = changed || value != 0.5f;
  }
  EXPECT(in_range && changed);
  release(style);
}

}  // namespace

int wmain(int argc, wchar_t** argv) {
  const HMODULE library = argc == 2 ? LoadLibraryW(argv[1]) : nullptr;
  if (library == nullptr) {
    std::fprintf(stderr, "usage: test_dll LIBIMPASTO.DLL (error %lu)\n", GetLastError());
    return 2;
  }
  const std::string folder = "test_dll_f\u00fcr_\u7d75";
  std::filesystem::create_directory(filePath(folder));
  const std::string path = folder + "/\u00e9t\u00e9";
  testAtomicFile(folder, path);
  testDll(library, path);
  std::filesystem::remove_all(filePath(folder));
  std::printf(failures == 0 ? "passed\n" : "failed\n");
  return failures == 0 ? 0 : 1;
}
