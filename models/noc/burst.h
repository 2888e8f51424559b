#pragma once

#include <cstdint>

#include "models/noc/network.h"

namespace aimc::noc {

/// No burst crosses a multiple of this address (AMBA AXI specification, ARM IHI 0022, "burst
/// length").
inline constexpr std::uint64_t kBurstBoundary = 4096;

/// What a transaction does with its data.
enum class Direction : std::uint8_t { kRead, kWrite, kNone };

/// Flits of a burst's two packets, headers included.
struct BurstFlits {
  unsigned request = 1;
  unsigned response = 1;
};

/// Bytes of the first burst of `bytes` bytes from `address` on.
std::uint64_t first_burst_bytes(const NocConfig& config, std::uint64_t address,
                                std::uint64_t bytes);
/// Flits of a burst: the data travels with the request of a write and the response of a read, each
/// packet has a header.
BurstFlits burst_flits(const NocConfig& config, Direction direction, std::uint64_t bytes);

}  // namespace aimc::noc
