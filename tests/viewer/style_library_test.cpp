// The list of styles: what files say, and files that change.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "common/error.h"
#include "support/random_style.h"
#include "support/temp_dir.h"
#include "viewer/painting/style_library.h"

namespace impasto::test {
namespace {

using app::Messages;
using app::StyleLibrary;
using testing::HasSubstr;

class ViewerStyles : public testing::Test {
 protected:
  // Until something was read anew, or for a while.
  bool changes(StyleLibrary& library) {
    for (int i = 0; i < 200; ++i) {
      if (library.poll(1.0)) return true;
      messages_.update(0.0);
      if (!messages_.shown().empty()) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
  TempDir dir_;
  std::string path_ = dir_.file("paint.safetensors");
  Messages messages_{"test"};
};

TEST_F(ViewerStyles, TellWhereTheyComeFrom) {
  Style style = makeSurfaceStyle();
  style.provenance = {"Haystacks", "Claude Monet", "1890", "public domain", "", "{\"steps\": 40}", "{\"ssim\": 0.5}"};
  writeStyleFile(style, path_);
  StyleLibrary library(messages_);
  EXPECT_EQ(library.add(path_), 0u);
  EXPECT_EQ(library.add(path_), 0u);  // once
  const app::StyleEntry& entry = library[0];
  EXPECT_EQ(entry.title(), "Haystacks");
  EXPECT_EQ(entry.loaded.painter, "Claude Monet");
  EXPECT_EQ(entry.loaded.inputs, "colour, normals, history");
  EXPECT_TRUE(entry.loaded.wants_history);
  const app::Figures figures = {{"Size", style.size}, {"Training steps", "40"}, {"SSIM", "0.50"}};
  EXPECT_EQ(entry.loaded.figures, figures);
}

TEST_F(ViewerStyles, AreTakenUpWhenTheirFileChanges) {
  writeStyleFile(makeSmallStyle(1), path_);
  StyleLibrary library(messages_);
  library.add(path_);
  const uint64_t key = library[0].key;
  EXPECT_FALSE(library.poll(1.0));
  Style other = makeSmallStyle(2);
  other.provenance.title = "Another and longer title";
  writeStyleFile(other, path_);
  EXPECT_TRUE(changes(library));
  EXPECT_NE(library[0].key, key);
  EXPECT_EQ(library[0].title(), "Another and longer title");

  // A file that is broken leaves what there was.
  messages_.update(0.0);
  messages_.update(1000.0);  // the first message has been shown long enough
  std::ofstream(path_, std::ios::trunc) << "no style";
  EXPECT_FALSE(changes(library));
  ASSERT_EQ(messages_.shown().size(), 1u);
  EXPECT_THAT(messages_.shown()[0].text, HasSubstr("stays as it was"));
  EXPECT_EQ(library[0].title(), "Another and longer title");
}

TEST_F(ViewerStyles, RefuseWhatIsNone) {
  StyleLibrary library(messages_);
  std::ofstream(path_) << "no style";
  EXPECT_THROW(library.add(path_), app::Error);
  EXPECT_THROW(library.add(dir_.file("missing.safetensors")), app::Error);
  EXPECT_EQ(library.size(), 0u);
}

TEST_F(ViewerStyles, MixTheirPaintings) {
  Style style;
  Graph& graph = style.graph;
  const uint32_t color = addInput(graph, InputKind::Color), vector = addStyleInput(graph, 2);
  (void)vector;
  graph.output = addConv(graph, color, 3, 1);
  Random random(1);
  style = makeStyle(graph, random);
  style.paintings = {{"One", "A", "", "", {1, 0}}, {"Two", "B", "", "", {0, 1}}};
  writeStyleFile(style, path_);
  StyleLibrary library(messages_);
  library.add(path_);
  ASSERT_EQ(library[0].loaded.paintings.size(), 2u);
  EXPECT_THAT(library.mixture(0), testing::ElementsAre(1, 0));
  library.setWeight(0, 1, 1.0f);
  EXPECT_THAT(library.mixture(0), testing::ElementsAre(0.5f, 0.5f));
  library.setWeight(0, 0, 0.0f);
  library.setWeight(0, 1, 0.0f);
  EXPECT_TRUE(library.mixture(0).empty());
  EXPECT_THROW(library.setWeight(0, 2, 1.0f), app::Error);
}

}  // namespace
}  // namespace impasto::test
