// Shaders compiled while the viewer runs, for those who write them: debug builds know where the sources are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace impasto::app {

// `name` below shaders/, as "viewer/view.frag". Throws Error: what the compiler says, or that this build cannot do it.
std::vector<uint32_t> compileShader(const std::string& name);

}  // namespace impasto::app
