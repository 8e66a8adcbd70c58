// Backend modules are found where they should be, and one that will not do is refused with a line that says why.
#include "backend/module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "support/temp_dir.h"
#include "unit/modules/probe.h"

namespace impasto::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string probe(const std::string& kind) { return std::string(IMPASTO_TEST_PROBES) + '/' + kind; }

// What is said about the module "probe" in these folders; "" where it is loaded.
std::string refusal(const std::vector<std::string>& folders) {
  try {
    const Module module("probe", kProbeInterface, folders);
    EXPECT_EQ(module.functions<ProbeFunctions>().answer(), 42);
    return {};
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Unsupported);
    return error.what();
  }
}

// The environment's variable for the length of a test.
class ModuleFolderVariable {
 public:
  explicit ModuleFolderVariable(const std::string& folder) { setenv("IMPASTO_MODULE_FOLDER", folder.c_str(), 1); }
  ~ModuleFolderVariable() { unsetenv("IMPASTO_MODULE_FOLDER"); }
};

TEST(Module, IsLoadedAndItsFunctionsCalled) {
  EXPECT_EQ(refusal({probe("GOOD")}), "");
  const Module module("probe", kProbeInterface, {probe("GOOD")});
  EXPECT_EQ(module.path(), probe("GOOD") + "/libimpasto_probe.so");
}

TEST(Module, ThatIsNotThereIsMissedByName) {
  const TempDir folder;
  EXPECT_EQ(refusal({folder.path(), "/nowhere"}),
            "no libimpasto_probe.so in " + folder.path().string() + ", /nowhere");
}

TEST(Module, ThatWillNotDoIsRefusedWithTheReason) {
  const auto is_of = [](const char* kind) { return HasSubstr(probe(kind) + "/libimpasto_probe.so"); };
  EXPECT_THAT(refusal({probe("WITHOUT_ENTRY")}), AllOf(is_of("WITHOUT_ENTRY"), HasSubstr("exports no impastoGetModule")));
  EXPECT_THAT(refusal({probe("OF_ANOTHER_BUILD")}),
              AllOf(is_of("OF_ANOTHER_BUILD"), HasSubstr("is of version 0.0.9, this library of ")));
  EXPECT_THAT(refusal({probe("OF_ANOTHER_ABI")}), AllOf(is_of("OF_ANOTHER_ABI"), HasSubstr("has module ABI 2")));
  EXPECT_THAT(refusal({probe("OF_ANOTHER_INTERFACE")}), HasSubstr("has interface 4, this library has 3"));
  EXPECT_THAT(refusal({probe("OF_ANOTHER_NAME")}), HasSubstr("is the module \"brush\""));
  EXPECT_THAT(refusal({probe("OF_ANOTHER_PROGRAM")}), HasSubstr("is no module of Impasto"));
  EXPECT_THAT(refusal({probe("WITHOUT_ANSWER")}), HasSubstr("is no module of Impasto"));
  EXPECT_THAT(refusal({probe("WITHOUT_LIBRARY")}), AllOf(is_of("WITHOUT_LIBRARY"), HasSubstr("impastoProbeMissing")));
}

TEST(Module, ThatIsNoLibraryIsRefused) {
  const TempDir folder;
  std::ofstream(folder.file("libimpasto_probe.so")) << "not a library at all\n";
  EXPECT_THAT(refusal({folder.path()}), HasSubstr(folder.file("libimpasto_probe.so")));
  std::filesystem::create_directory(folder.path() / "sub");
  std::filesystem::create_directory(folder.path() / "sub" / "libimpasto_probe.so");
  EXPECT_THAT(refusal({(folder.path() / "sub").string()}), HasSubstr("libimpasto_probe.so"));
}

TEST(Module, ABrokenOneDoesNotHideAGoodOneBehindIt) {
  EXPECT_EQ(refusal({"/nowhere", probe("OF_ANOTHER_BUILD"), probe("GOOD")}), "");
  EXPECT_THAT(refusal({probe("OF_ANOTHER_BUILD"), probe("WITHOUT_ENTRY")}),
              AllOf(HasSubstr("0.0.9"), HasSubstr("; "), HasSubstr("exports no")));
}

TEST(ModuleFolders, AreThoseOfTheHostElseOfTheEnvironmentElseOfTheLibrary) {
  const std::vector<std::string> usual = moduleFolders("");
  ASSERT_FALSE(usual.empty());
  EXPECT_EQ(usual[0], std::filesystem::read_symlink("/proc/self/exe").parent_path());  // it is linked into this program
  const ModuleFolderVariable variable("/from/environment");
  EXPECT_EQ(moduleFolders(""), std::vector<std::string>{"/from/environment"});
  EXPECT_EQ(moduleFolders("/from/host"), std::vector<std::string>{"/from/host"});
}

TEST(ModuleFolders, AreNeverRelative) {
  EXPECT_THROW(moduleFolders("modules"), Error);
  EXPECT_THROW(moduleFolders("./modules"), Error);
  {
    const ModuleFolderVariable variable(".");
    EXPECT_THROW(moduleFolders(""), Error);
  }
  for (const std::string& folder : moduleFolders("")) EXPECT_EQ(folder.front(), '/') << folder;
}

// The program's folder is known even when the program was started by a relative path and has gone elsewhere since.
TEST(ModuleFolders, DoNotDependOnTheCurrentFolder) {
  const std::filesystem::path before = std::filesystem::current_path();
  const TempDir elsewhere;
  std::filesystem::current_path(elsewhere.path());
  const std::vector<std::string> folders = moduleFolders("");
  std::filesystem::current_path(before);
  EXPECT_EQ(folders, moduleFolders(""));
}

}  // namespace
}  // namespace impasto::test
