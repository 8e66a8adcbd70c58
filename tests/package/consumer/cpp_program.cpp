// Reads what a style says of itself: cpp_program STYLE.safetensors
#include <impasto/impasto.h>

#include <iostream>
#include <string>

// One version: the package's (PACKAGE_VERSION), the header's and the library's.
bool versionsAgree() {
  const std::string header = std::to_string(IMPASTO_VERSION_MAJOR) + "." + std::to_string(IMPASTO_VERSION_MINOR) + "." +
                             std::to_string(IMPASTO_VERSION_PATCH);
  const uint32_t library = VK_MAKE_API_VERSION(0, IMPASTO_VERSION_MAJOR, IMPASTO_VERSION_MINOR, IMPASTO_VERSION_PATCH);
  if (header == PACKAGE_VERSION && impastoGetVersion() == library) return true;
  std::cerr << "the header is " << header << ", the package " << PACKAGE_VERSION << ", the library "
            << VK_API_VERSION_MAJOR(impastoGetVersion()) << '.' << VK_API_VERSION_MINOR(impastoGetVersion()) << '.'
            << VK_API_VERSION_PATCH(impastoGetVersion()) << '\n';
  return false;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  ImpastoStyle style = nullptr;
  ImpastoStyleInfo info{sizeof info};
  if (!versionsAgree() || impastoCreateStyleFromFile(argv[1], &style) != IMPASTO_SUCCESS ||
      impastoStyleGetInfo(style, &info) != IMPASTO_SUCCESS) {
    std::cerr << impastoGetLastError() << '\n';
    return 1;
  }
  std::cout << info.title << " by " << info.painter << ", " << info.parameter_count << " parameters\n";
  const bool complete = *info.title && info.parameter_count > 0 && info.multiply_adds_per_pixel > 0;
  impastoReleaseStyle(style);
  return complete ? 0 : 1;
}
