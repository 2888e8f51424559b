#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/analog/crossbar.h"
#include "models/nmpu/backend.h"
#include "platform/compiler/compiler.h"
#include "platform/compiler/graph.h"

namespace aimc::compiler {

/// Takes a network apart for a chip: matrices with more columns than the chip holds at once become
/// several steps. Throws CompileError for a matrix with too many rows.
Graph make_graph(const network::Network& network, const Chip& chip);

/// Rows of a matrix that go into one crossbar: whole segments, or a piece of one.
struct Piece {
  std::size_t first_segment = 0, segments = 1;
  std::size_t first_byte = 0, bytes = 4;  ///< of every segment

  std::size_t rows() const { return segments * bytes; }
};

/// Columns of a matrix that go into one crossbar.
struct Part {
  std::size_t first = 0, columns = 1;  ///< of the matrix
  std::size_t filled = 1;              ///< columns of the crossbar; those beyond are filler
};

/// A matrix cut to the size of tiles. The pieces of a part are a chain of partial sums.
struct Split {
  std::vector<Piece> pieces;
  std::vector<Part> parts;
};

/// Cuts a matrix; crossbars have at least four rows and four columns.
/// @param fine into pieces of one segment that stand in a tile twice and more, instead of as few as
/// possible
Split split_matrix(const MatrixWork& work, std::size_t tile_rows, std::size_t tile_columns,
                   bool fine = false);

/// How sums become stored values in the NMPU: its parameters and cuts.
struct Scaling {
  unsigned cut_pre = 0, cut_post = 0;
  std::vector<double> scales;  ///< counts after scaling for one unit of a sum, by column
  std::vector<double> biases;  ///< counts after scaling
};

/// How often pieces may stand in a tile of so many rows: only what lies in one segment can.
std::size_t most_replicas(const Split& split, std::size_t tile_rows);

/// The scaling with the largest parameters that fit; what the format cannot hold (a factor, a bias)
/// as text in `obstacle` if it is not empty.
/// @param counts counts for one unit of a sum
/// @param zero_point what the drivers take off the inputs
Scaling make_scaling(const MatrixWork& work, const nmpu::Format& format, double counts,
                     std::int32_t zero_point, std::string& obstacle);

/// Nominal parameters of a column.
/// @param bias counts after scaling: the nearest whole number becomes the bias, the rest the offset
nmpu::ColumnParams column_params(double scale, double bias, double counts,
                                 const nmpu::Format& format);

/// Where a piece of a lane lies. Rows begin at 0.
struct Place {
  std::size_t tile = 0;
  std::size_t first_column = 0;
};

/// One copy of a part of a matrix with the output rows it computes; or a share of an ADD, in words
/// of four elements.
struct Lane {
  std::size_t part = 0;
  std::size_t first_row = 0, rows = 1;
  std::size_t bands = 1;      ///< computed one after the other, of equal size but for the last
  std::vector<Place> places;  ///< by piece; one for an ADD

  std::size_t band_rows() const { return (rows + bands - 1) / bands; }
};

/// How a step is mapped.
struct StepPlan {
  std::size_t epoch = 0;
  Split split;  ///< of a matrix
  /// Times that every piece stands in its tile, one below the other: more counts for a small sum.
  std::size_t replicas = 1;
  /// What the drivers take off the inputs; what that leaves of the input's own zero point is in the
  /// biases.
  std::int32_t zero_point = 0;
  analog::ReadMode mode;
  Scaling scaling;
  std::vector<Lane> lanes;  ///< none for a step of the host
};

/// How a graph is mapped, by step.
struct Plan {
  std::vector<StepPlan> steps;
  std::size_t epochs = 1;
  std::vector<std::size_t> slots;  ///< by activation
};

}  // namespace aimc::compiler
