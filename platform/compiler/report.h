#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace aimc::compiler {

/// Difference between results on ideal tiles and the exact ones, in units of the stored output.
struct ErrorFigures {
  double mean = 0.0;
  double rms = 0.0;
  double largest = 0.0;
  double equal_share = 1.0;      ///< elements without a difference, 0..1
  double saturated_share = 0.0;  ///< conversions at full scale, 0..1
};

/// A rectangle of a crossbar.
struct PlacedBlock {
  std::size_t tile = 0;
  std::size_t epoch = 0;
  std::size_t lane = 0;  ///< copy or part of the columns
  unsigned first_row = 0, rows = 0, first_column = 0, columns = 0;
};

/// One step as it was mapped.
struct LayerReport {
  std::string name;                ///< as in the image, "conv2d_3"
  std::size_t operator_index = 0;  ///< in the network
  std::string executes;            ///< "tiles", "unit" or "host"
  std::string input_shape, output_shape;
  std::size_t epoch = 0;
  std::size_t rows = 0;     ///< of the weight matrix, filler included
  std::size_t columns = 0;  ///< of the weight matrix
  std::size_t copies = 1;
  std::size_t replicas = 1;         ///< times its rows stand in a tile, for more counts
  std::size_t bands = 1;            ///< a copy works one after the other
  std::vector<PlacedBlock> blocks;  ///< of a step on tiles
  std::vector<std::size_t> tiles;   ///< ascending
  double utilisation = 0.0;         ///< weights over the cells of the tiles it has a part in
  std::uint64_t mvms = 0;           ///< of tiles, for one image
  std::uint64_t macs = 0;           ///< of the network, for one image
  std::uint64_t filler_macs = 0;    ///< of filled-up rows and columns, which tiles count too
  double fetch_us = 0.0;            ///< predicted, of the slowest lane
  double compute_us = 0.0;          ///< predicted, of the slowest lane
  unsigned magnitude_bits = 0;      ///< read mode
  bool four_phase = false;
  unsigned range = 0;
  std::int32_t zero_point = 0;  ///< what the drivers take off the inputs
  ErrorFigures error;           ///< NMPU of the platform
  ErrorFigures error_paper, error_wide;

  double period_us() const { return fetch_us + compute_us; }
};

/// What became of a network.
struct Report {
  std::string network;  ///< file
  std::string samples;  ///< "synthetic" or "given"
  std::size_t sample_count = 0;
  std::size_t tiles = 0, mesh_width = 0, tile_rows = 0, tile_columns = 0;
  std::size_t tiles_used = 0;
  std::size_t epochs = 1;
  std::vector<LayerReport> layers;  ///< in the order of execution
  double period_us = 0.0;           ///< predicted, of the slowest step
  double latency_us = 0.0;          ///< predicted, all steps one after the other
  std::uint64_t macs = 0;           ///< of steps on tiles, one image
  std::uint64_t host_macs = 0;      ///< of steps on the host
  std::size_t image_bytes = 0, workspace_bytes = 0;
  ErrorFigures output_error;     ///< of the whole network on ideal tiles, at the logits
  double equal_decisions = 1.0;  ///< share of samples whose decision on ideal tiles is the exact
};

/// The mapping as a table, one line a step.
std::string table(const Report& report);
/// The mesh as text: which layers lie in which tile, and how full it is.
std::string picture(const Report& report);
/// Errors of both configurations of the NMPU, one line a step.
std::string error_table(const Report& report);
/// Everything as JSON ("schema": "aimc-vp/compile/1").
std::string to_json(const Report& report);

}  // namespace aimc::compiler
