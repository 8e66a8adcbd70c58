#include "base/atomic_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "expect_error.h"
#include "support/temp_dir.h"

namespace impasto {
namespace {

std::vector<std::byte> bytesOf(const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::string contentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

size_t filesIn(const std::filesystem::path& folder) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(AtomicFile, WritesAndReplaces) {
  const test::TempDir dir;
  writeFileAtomically(dir.file("a"), bytesOf("first"));
  writeFileAtomically(dir.file("a"), bytesOf("2nd"));
  EXPECT_EQ(contentOf(dir.file("a")), "2nd");
  EXPECT_EQ(filesIn(dir.path()), 1u);
}

TEST(AtomicFile, NamesThePathThatCannotBeWritten) {
  const test::TempDir dir;
  EXPECT_ERROR(writeFileAtomically(dir.file("none/a"), bytesOf("x")), ErrorCode::Io, dir.file("none/a"));
  EXPECT_ERROR(writeFileAtomically(dir.path().string(), bytesOf("x")), ErrorCode::Io, "not a regular file");
  EXPECT_ERROR(writeFileAtomically("/dev/null", bytesOf("x")), ErrorCode::Io, "/dev/null: not a regular file");
  EXPECT_ERROR(writeFileAtomically(dir.file(std::string(300, 'n')), bytesOf("x")), ErrorCode::Io, "too long");
}

// A limit on the size of files fails a write as a full disk does.
TEST(AtomicFile, LeavesTheOldFileAndNoOtherWhenTheDiskIsFull) {
  const test::TempDir dir;
  writeFileAtomically(dir.file("a"), bytesOf("old"));
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small = {4096, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_ERROR(writeFileAtomically(dir.file("a"), std::vector<std::byte>(100000)), ErrorCode::Io,
               dir.file("a") + ": cannot be written: File too large");
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(contentOf(dir.file("a")), "old");
  EXPECT_EQ(filesIn(dir.path()), 1u);
}

TEST(AtomicFile, ThreadsThatWriteOneFileLeaveOneOfTheirs) {
  const test::TempDir dir;
  {
    std::vector<std::jthread> threads;
    for (char c = 'a'; c < 'e'; ++c)
      threads.emplace_back([&dir, c] {
        for (int i = 0; i < 20; ++i) writeFileAtomically(dir.file("f"), bytesOf(std::string(5000, c)));
      });
  }
  const std::string content = contentOf(dir.file("f"));
  EXPECT_EQ(content, std::string(5000, content.at(0)));
  EXPECT_EQ(filesIn(dir.path()), 1u);
}

}  // namespace
}  // namespace impasto
