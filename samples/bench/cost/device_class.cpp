#include "cost/device_class.h"

#include <algorithm>

namespace impasto::app {
namespace {

// GeForce: half of the rate with fp16 sums, as NVIDIA's whitepapers of the architectures give it for fp32 sums.
// Launches: 3 us on a discrete GPU, which the pipeline drains and fills between; more where clocks are low.
constexpr DeviceClass kClasses[] = {
    {"iris-xe", "Intel Iris Xe 96 EU (laptop)", 2.1, 0, 0, 0, 68, 8, false, 0, 0, "Intel ARK, 96 EU at 1.35 GHz; LPDDR4X-4266"},
    {"steam-deck", "AMD Van Gogh (Steam Deck)", 1.6, 0, 0, 0, 88, 8, false, 0, 0, "Valve, tech specs; LPDDR5-5500"},
    {"radeon-780m", "AMD Radeon 780M (laptop)", 4.1, 16.6, 0, 16.6, 102, 6, false, 0, 0,
     "AMD, 12 CU at 2.7 GHz without dual issue; WMMA; LPDDR5-6400"},
    {"gtx-1660ti", "NVIDIA GTX 1660 Ti", 5.4, 0, 0, 0, 288, 4, false, 0, 0, "NVIDIA, product page; no tensor cores"},
    {"rtx-2060", "NVIDIA RTX 2060", 6.5, 25.8, 0, 103, 336, 3, false, 75, 30, "NVIDIA Turing whitepaper"},
    {"rtx-3060", "NVIDIA RTX 3060", 12.7, 25.6, 0, 102, 360, 3, false, 86, 28, "NVIDIA Ampere GA102 whitepaper, by cores and clock"},
    {"rtx-4060-laptop", "NVIDIA RTX 4060 Laptop", 11.6, 23.2, 46.4, 92.8, 256, 4, false, 89, 24,
     "NVIDIA Ada whitepaper, by cores at 1.89 GHz"},
    {"rtx-4070", "NVIDIA RTX 4070", 29.1, 58.3, 116.6, 233, 504, 3, false, 89, 46, "NVIDIA Ada whitepaper, by cores and clock"},
    {"rtx-4090", "NVIDIA RTX 4090", 82.6, 165.2, 330.3, 660.6, 1008, 3, false, 89, 128, "NVIDIA Ada whitepaper"},
    {"rtx-5060ti", "NVIDIA RTX 5060 Ti", 23.7, 47.4, 94.8, 189.6, 448, 3, false, 120, 36,
     "NVIDIA Blackwell whitepaper, by cores and clock"},
    {"rtx-5090", "NVIDIA RTX 5090", 104.8, 209.5, 419, 838, 1792, 3, false, 120, 170, "NVIDIA Blackwell whitepaper"},
    {"arc-a770", "Intel Arc A770", 17.2, 137.6, 0, 275, 560, 5, false, 0, 0, "Intel, 32 Xe cores at 2.1 GHz"},
    {"rx-7900xtx", "AMD RX 7900 XTX", 30.7, 122.8, 0, 122.8, 960, 4, false, 0, 0, "AMD, product page; fp32 without dual issue"},
    {"a100", "NVIDIA A100", 19.5, 312, 0, 624, 1555, 3, false, 80, 108, "NVIDIA A100 datasheet, 40 GB"},
    {"h100", "NVIDIA H100 SXM", 66.9, 989, 1979, 1979, 3350, 3, false, 90, 132, "NVIDIA H100 datasheet"},
    {"h200", "NVIDIA H200", 66.9, 989, 1979, 1979, 4800, 3, false, 90, 132, "NVIDIA H200 datasheet"},
    {"epyc-2", "two cores of an AMD EPYC (AVX-512)", 0.44, 0, 0, 0, 64, 20, true, 0, 0,
     "docs/measurements.md: matrix multiplication and copy"},
};

constexpr Measured kMeasured[] = {
    {"epyc-2", "cpu", "medium", 640, 360, 13.1},
    {"epyc-2", "vulkan (lavapipe)", "medium", 640, 360, 143.8},
    {"epyc-2", "reference", "medium", 640, 360, 319.7},
};

}  // namespace

std::span<const DeviceClass> deviceClasses() { return kClasses; }
std::span<const Measured> measuredPasses() { return kMeasured; }

const DeviceClass* findDeviceClass(std::string_view id) {
  const auto* found = std::find_if(std::begin(kClasses), std::end(kClasses),
                                   [&](const DeviceClass& device) { return device.id == id; });
  return found == std::end(kClasses) ? nullptr : found;
}

}  // namespace impasto::app
