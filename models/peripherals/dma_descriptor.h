#pragma once

#include <aimc/registers.h>

#include <array>
#include <cstdint>
#include <optional>

namespace aimc::peripherals {

/// The eight words of a descriptor: next (0: the last), source, destination, bytes a row, rows,
/// source stride, destination stride, flags.
using DmaWords = std::array<std::uint32_t, 8>;

/// Why the engine refused something, as firmware sees it.
struct DmaRefusal {
  regs::dma::Error code = regs::dma::Error::kNone;
  std::uint32_t value = 0;
};

/// A piece of work: rows of equal length, each at a stride behind the one before.
struct DmaDescriptor {
  std::uint32_t next = 0;
  std::uint32_t source = 0;
  std::uint32_t destination = 0;
  std::uint32_t row_bytes = 0;
  std::uint32_t rows = 0;
  std::uint32_t source_stride = 0;  ///< bytes from row to row; 0: the same row again
  std::uint32_t destination_stride = 0;
  bool interrupt = false;
  bool flip = false;
};

/// Takes a descriptor apart; the first word that is out of range is returned.
std::optional<DmaRefusal> read_descriptor(const DmaWords& words, DmaDescriptor& descriptor);

}  // namespace aimc::peripherals
