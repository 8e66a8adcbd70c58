// SHA-256 (FIPS 180-4) of a file: provenance names the painting by it.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace impasto::trainer {

std::string sha256Hex(std::span<const std::byte> bytes);

// Throws impasto::Error(Io), naming the path.
std::string sha256HexOfFile(const std::string& path);

}  // namespace impasto::trainer
