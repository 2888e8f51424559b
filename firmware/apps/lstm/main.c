/* An LSTM that reads an image row by row. The gates of all units are one matrix-vector
 * multiplication on tile 0 of [pixels of the row, state]; what comes next is element by element and
 * done by the host in integers, with tables for sigmoid and tanh. Tile 1 makes the logits from the
 * last state. Classifies Fashion-MNIST; arguments: ../sequence/classify.h.
 */
#include <string.h>

#include "../sequence/classify.h"
#include "model.h"

enum {
  kSide = 28,
  kUnits = 64,
  kCellShift = 7, /* of a cell state in Q3.12, to an index of its table */
  kCellLimit = 32767
};

static uint32_t cell_section;

static int32_t limit(int32_t value, int32_t magnitude) {
  if (value > magnitude) return magnitude;
  return value < -magnitude ? -magnitude : value;
}

/* Gates in the order input, forget, candidate, output; sigmoid, tanh and their products have 15 and
 * 30 fraction bits. */
static void update(const int8_t* gates, int32_t* cells, int8_t* state) {
  for (unsigned u = 0; u < kUnits; ++u) {
    const int32_t input = lstm_sigmoid[gates[u] + 128];
    const int32_t forget = lstm_sigmoid[gates[kUnits + u] + 128];
    const int32_t candidate = lstm_tanh[gates[2 * kUnits + u] + 128];
    const int32_t output = lstm_sigmoid[gates[3 * kUnits + u] + 128];
    const int32_t kept = (forget * cells[u] + (1 << 14)) >> 15;
    const int32_t added = (input * candidate + (1 << 17)) >> 18;
    cells[u] = limit(kept + added, kCellLimit);
    const int32_t index = (cells[u] + (kCellLimit + 1) + (1 << (kCellShift - 1))) >> kCellShift;
    state[u] = (int8_t)limit((output * lstm_cell_tanh[index] + (1 << 22)) >> 23, 127);
  }
}

static bool run(tile_layer* layers, const uint8_t* image, int8_t* logits) {
  static int8_t inputs[kSide + kUnits] __attribute__((aligned(4)));
  static int8_t gates[4 * kUnits] __attribute__((aligned(4)));
  static int32_t cells[kUnits];
  int8_t* state = inputs + kSide;
  memset(state, 0, kUnits);
  memset(cells, 0, sizeof cells);
  for (unsigned row = 0; row < kSide; ++row, image += kSide) {
    sequence_pixels(image, kSide, inputs);
    if (!tile_layer_run(&layers[0], 1, inputs, gates)) return false;
    aimc_marker_begin(cell_section);
    update(gates, cells, state);
    aimc_marker_end(cell_section);
  }
  return tile_layer_run(&layers[1], 1, state, logits);
}

int main(int argc, char** argv) {
  cell_section = aimc_name("cell");
  const sequence_network network = {"lstm", lstm_layers, 2, 1, run};
  return sequence_main(&network, argc, argv);
}
