/* A transformer encoder block that sees an image as 14 tokens of two rows. The six matrices of
 * weights are on tiles 0 to 5, each of which is given all tokens with one command. What has no
 * constant weights is done by the host in integers: normalisation, attention, the sums that pass
 * the block by. Classifies Fashion-MNIST; arguments: ../sequence/classify.h.
 */
#include <string.h>

#include "../sequence/classify.h"
#include "model.h"

enum {
  kTokens = 14,
  kTokenPixels = 56,
  kWidth = 64,
  kHeads = 4,
  kDepth = kWidth / kHeads,
  kHidden = 128,
  kNormalBits = 8, /* 32 codes a standard deviation, times the root of the width */
  kExpCodes = 256,
  kSumLimit = 32767
};

/* Layers in the order of their tiles. */
enum { kEmbed, kQkv, kProject, kExpand, kContract, kDense, kLayers };

/* One image on its way. Sums have 8 fraction bits. */
static int32_t sums[kTokens][kWidth];
static int8_t codes[kTokens * kHidden] __attribute__((aligned(4)));
static int8_t outputs[kTokens * 3 * kWidth] __attribute__((aligned(4)));

static uint32_t attention_section, normalise_section, add_section;

/* Ties away from zero. */
static int32_t divide(int32_t a, int32_t b) {
  return (a < 0 ? a - b / 2 : a + b / 2) / b;
}

static int32_t limit(int32_t value, int32_t lowest, int32_t highest) {
  if (value < lowest) return lowest;
  return value > highest ? highest : value;
}

/* Largest integer whose square is not above the value. */
static int32_t root(uint32_t value) {
  uint32_t rest = value;
  uint32_t result = 0;
  for (uint32_t bit = 1u << 30; bit != 0; bit >>= 2) {
    if (rest >= result + bit) {
      rest -= result + bit;
      result = (result >> 1) + bit;
    } else {
      result >>= 1;
    }
  }
  return (int32_t)result;
}

/* Zero mean and unit variance of a token's sums, as codes of 1/32. The elements are cut to 13 bits
 * and a sign, so that their squares fit into 32 bits together; one division serves all of them. */
static void normalise_token(const int32_t* token, int8_t* out) {
  int32_t total = 0;
  for (unsigned i = 0; i < kWidth; ++i) total += token[i];
  int32_t centred[kWidth];
  int32_t largest = 0;
  for (unsigned i = 0; i < kWidth; ++i) {
    centred[i] = kWidth * token[i] - total; /* magnitude below 2^22 */
    const int32_t magnitude = centred[i] < 0 ? -centred[i] : centred[i];
    if (magnitude > largest) largest = magnitude;
  }
  unsigned shift = 0;
  while (largest >> shift >= 1 << 13) ++shift;
  uint32_t squares = 0;
  for (unsigned i = 0; i < kWidth; ++i) {
    centred[i] >>= shift;
    squares += (uint32_t)(centred[i] * centred[i]);
  }
  const int32_t deviation = squares == 0 ? 1 : root(squares);
  const int32_t reciprocal = ((1 << 30) + deviation / 2) / deviation;
  for (unsigned i = 0; i < kWidth; ++i) {
    const int32_t product = centred[i] * reciprocal;
    out[i] = (int8_t)limit((product + (1 << (29 - kNormalBits))) >> (30 - kNormalBits), -127, 127);
  }
}

static void normalise(int8_t* out) {
  aimc_marker_begin(normalise_section);
  for (unsigned t = 0; t < kTokens; ++t) normalise_token(sums[t], out + t * kWidth);
  aimc_marker_end(normalise_section);
}

/* What a layer gave is added to the sums; `factor` brings its codes to their unit. */
static void add(int32_t factor) {
  int32_t* to = &sums[0][0];
  aimc_marker_begin(add_section);
  for (unsigned i = 0; i < kTokens * kWidth; ++i) {
    const int32_t value = to[i] + ((outputs[i] * factor + (1 << 15)) >> 16);
    to[i] = limit(value, -kSumLimit - 1, kSumLimit);
  }
  aimc_marker_end(add_section);
}

/* The sixteen elements of a head, each in a register. */
#define EACH(X) \
  X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#define QUERY(n) const int32_t q##n = query[n];
#define SCORE(n) score += q##n * keys[n];
#define NOTHING(n) int32_t m##n = 0;
#define MIX(n) m##n += share * values[n];
#define STORE(n) out[n] = (int8_t)divide(m##n, total);

/* Products of a query with the keys of all tokens; the greatest. */
__attribute__((noinline)) static int32_t scores_of(const int8_t* query, const int8_t* keys,
                                                   int32_t* scores) {
  int32_t greatest = INT32_MIN;
  EACH(QUERY)
  for (unsigned t = 0; t < kTokens; ++t, keys += 3 * kWidth) {
    int32_t score = 0;
    EACH(SCORE)
    scores[t] = score;
    if (score > greatest) greatest = score;
  }
  return greatest;
}

/* Scores relative to the greatest become shares, by exp; their sum. */
static int32_t to_shares(int32_t greatest, int32_t* scores) {
  const int32_t far = (kExpCodes << 20) / kScoreFactor; /* beyond it the table ends */
  int32_t total = 0;
  for (unsigned t = 0; t < kTokens; ++t) {
    const int32_t below = greatest - scores[t];
    const int32_t code = below > far ? kExpCodes : (below * kScoreFactor) >> 20;
    scores[t] = code < kExpCodes ? transformer_exp[code] : 0;
    total += scores[t];
  }
  return total;
}

/* Mean of the values of all tokens, by their shares. */
__attribute__((noinline)) static void mix(const int8_t* values, const int32_t* shares,
                                          int32_t total, int8_t* out) {
  EACH(NOTHING)
  for (unsigned t = 0; t < kTokens; ++t, values += 3 * kWidth) {
    const int32_t share = shares[t];
    if (share == 0) continue;
    EACH(MIX)
  }
  EACH(STORE)
}

/* From queries, keys and values of all tokens in `outputs`, heads side by side. */
static void attend(int8_t* out) {
  aimc_marker_begin(attention_section);
  for (unsigned t = 0; t < kTokens; ++t) {
    for (unsigned h = 0; h < kHeads; ++h) {
      const int8_t* head = outputs + h * kDepth;
      int32_t shares[kTokens];
      const int32_t greatest = scores_of(head + t * 3 * kWidth, head + kWidth, shares);
      const int32_t total = to_shares(greatest, shares);
      mix(head + 2 * kWidth, shares, total, out + t * kWidth + h * kDepth);
    }
  }
  aimc_marker_end(attention_section);
}

static void embed_positions(void) {
  int32_t* to = &sums[0][0];
  for (unsigned i = 0; i < kTokens * kWidth; ++i) to[i] = transformer_position[i];
  add(kEmbedFactor);
}

/* Mean of the tokens; `normal` has them normalised and becomes it. */
static void pool(int8_t* normal) {
  for (unsigned i = 0; i < kWidth; ++i) {
    int32_t total = 0;
    for (unsigned t = 0; t < kTokens; ++t) total += normal[t * kWidth + i];
    normal[i] = (int8_t)divide(total, kTokens);
  }
}

static bool run(tile_layer* layers, const uint8_t* image, int8_t* logits) {
  sequence_pixels(image, kTokens * kTokenPixels, codes);
  if (!tile_layer_run(&layers[kEmbed], kTokens, codes, outputs)) return false;
  embed_positions();
  normalise(codes);
  if (!tile_layer_run(&layers[kQkv], kTokens, codes, outputs)) return false;
  attend(codes);
  if (!tile_layer_run(&layers[kProject], kTokens, codes, outputs)) return false;
  add(kProjectFactor);
  normalise(codes);
  if (!tile_layer_run(&layers[kExpand], kTokens, codes, outputs)) return false;
  memcpy(codes, outputs, sizeof codes);
  if (!tile_layer_run(&layers[kContract], kTokens, codes, outputs)) return false;
  add(kContractFactor);
  normalise(codes);
  pool(codes);
  return tile_layer_run(&layers[kDense], 1, codes, logits);
}

int main(int argc, char** argv) {
  attention_section = aimc_name("attention");
  normalise_section = aimc_name("normalise");
  add_section = aimc_name("add");
  const sequence_network network = {"transformer", transformer_layers, kLayers, kTokens, run};
  return sequence_main(&network, argc, argv);
}
