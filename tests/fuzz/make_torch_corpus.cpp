// Writes the seeds of fuzz_torch_file: both kinds of file, as Python 2 and 3 wrote them.
#include <cstdio>
#include <fstream>

#include "trainer/torch_file_maker.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_torch_corpus DIR\n");
    return 2;
  }
  impasto::test::TorchFileMaker maker;
  maker.add("features.0.weight", {1, 1, 2, 2}, {1, 2, 3, 4});
  maker.entries.push_back({"t", {2, 2}, {1, 2}, 1, std::string(10, 'a'), "HalfStorage"});
  const auto write = [&](const char* name, const std::string& bytes) {
    std::ofstream out(std::string(argv[1]) + "/" + name, std::ios::binary);
    out << bytes;
    return out.good();
  };
  bool good = write("archive.pth", maker.archive()) && write("stream.pth", maker.stream());
  maker.python2 = true;
  maker.function = "_rebuild_tensor";
  good = good && write("archive2.pth", maker.archive()) && write("stream2.pth", maker.stream());
  return good ? 0 : 1;
}
