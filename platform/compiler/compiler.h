#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/tile/tile_config.h"
#include "platform/compiler/report.h"
#include "platform/network/network.h"

namespace aimc::compiler {

/// A network that cannot be mapped; what() is one line for the user: the file, the operator with
/// its index, the value and what was expected.
class CompileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What of a platform decides how a network is mapped.
struct Chip {
  unsigned tiles = 16;
  unsigned mesh_width = 4;  ///< tile i lies in column i % width, row i / width
  unsigned memory_row = 1;  ///< whose west port the memory controller hangs on
  tile::TileConfig tile;
  std::uint64_t ram_bytes = 128ULL << 20U;
  double noc_clock_mhz = 1000.0;
  unsigned noc_flit_bytes = 16;  ///< a link carries one a cycle
};

/// How to compile; every default is usable.
struct Options {
  std::uint32_t image_address = 0x81000000;  ///< where the image will lie, a multiple of 4096
  std::size_t max_images = 16;  ///< most images of a pass, if the network needs several epochs
  std::size_t copies = 0;       ///< most copies of a layer; 0: as spare tiles and balance suggest
  bool finer = true;            ///< more pieces where tiles allow and errors become smaller
  bool four_phase = false;      ///< read modes may be four-phase
  /// Samples of the image's input tensor, elements in C order, that read modes are chosen with;
  /// none: synthetic ones.
  std::vector<std::vector<std::int8_t>> samples;
};

/// A network made ready for a chip.
struct CompiledNetwork {
  std::vector<std::uint8_t> image;  ///< format: firmware/runtime/network_image.h
  std::size_t input = 0;            ///< tensor of the network whose elements the image is given
  std::size_t output = 0;           ///< tensor of the network it computes
  std::size_t logits = 0;           ///< tensor of the network decisions are taken from
  /// Operators that are not part of the image: those that make `input` out of the network's own
  /// input (QUANTIZE) and its own output out of `output` (DEQUANTIZE).
  std::vector<std::size_t> operators_before;
  std::vector<std::size_t> operators_after;
  /// What tiles without errors make of each sample: elements of `output` and of `logits`.
  std::vector<std::vector<std::int8_t>> predicted_outputs, predicted_logits;
  Report report;
};

/// The tensor whose elements a compiled image is given: the network's input, or what a first
/// QUANTIZE makes of it. Samples of Options are of this tensor.
std::size_t image_input(const network::Network& network);

/// Maps a network onto a chip. Deterministic: equal arguments give equal bytes.
/// @throws CompileError, or network::NetworkError when an operator's scales make no multiplier
CompiledNetwork compile(const network::Network& network, const Chip& chip, const Options& options);

}  // namespace aimc::compiler
