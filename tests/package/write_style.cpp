// write_style OUT.safetensors: a small style for the programs that the package test builds.
#include <cstdio>
#include <exception>

#include "style/style.h"
#include "support/random_style.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    impasto::writeStyleFile(impasto::test::makeSmallStyle(1), argv[1]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
