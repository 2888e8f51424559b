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
  kNormalScale = 32 * 8, /* codes of one standard deviation, times the root of the width */
  kExpCodes = 256,
  kSumLimit = 32767
};

/* Layers in the order of their tiles. */
enum { kEmbed, kQkv, kProject, kExpand, kContract, kDense, kLayers };

/* One image on its way. Sums have 8 fraction bits. */
static int32_t sums[kTokens][kWidth];
static int8_t codes[kTokens * kHidden] __attribute__((aligned(4)));
static int8_t outputs[kTokens * 3 * kWidth] __attribute__((aligned(4)));

static uint32_t attention_section, normalise_section;

/* Ties away from zero. */
static int32_t divide(int32_t a, int32_t b) {
  return (a < 0 ? a - b / 2 : a + b / 2) / b;
}

static int32_t limit(int32_t value, int32_t lowest, int32_t highest) {
  if (value < lowest) return lowest;
  return value > highest ? highest : value;
}

/* Largest integer whose square is not above the value, which is below 2^52. */
static int32_t root(uint64_t value) {
  uint64_t rest = value;
  uint64_t result = 0;
  for (uint64_t bit = 1ull << 50; bit != 0; bit >>= 2) {
    if (rest >= result + bit) {
      rest -= result + bit;
      result = (result >> 1) + bit;
    } else {
      result >>= 1;
    }
  }
  return (int32_t)result;
}

/* Zero mean and unit variance of a token's sums, as codes of 1/32. */
static void normalise_token(const int32_t* token, int8_t* out) {
  int32_t total = 0;
  for (unsigned i = 0; i < kWidth; ++i) total += token[i];
  int32_t centred[kWidth];
  uint64_t squares = 0;
  for (unsigned i = 0; i < kWidth; ++i) {
    centred[i] = kWidth * token[i] - total; /* magnitude below 2^22 */
    squares += (uint64_t)((int64_t)centred[i] * centred[i]);
  }
  int32_t deviation = root(squares);
  if (deviation == 0) deviation = 1;
  for (unsigned i = 0; i < kWidth; ++i)
    out[i] = (int8_t)limit(divide(centred[i] * kNormalScale, deviation), -127, 127);
}

static void normalise(int8_t* out) {
  aimc_marker_begin(normalise_section);
  for (unsigned t = 0; t < kTokens; ++t) normalise_token(sums[t], out + t * kWidth);
  aimc_marker_end(normalise_section);
}

/* What a layer gave is added to the sums; `factor` brings its codes to their unit. */
static void add(int32_t factor) {
  int32_t* to = &sums[0][0];
  for (unsigned i = 0; i < kTokens * kWidth; ++i) {
    const int32_t value = to[i] + ((outputs[i] * factor + (1 << 15)) >> 16);
    to[i] = limit(value, -kSumLimit - 1, kSumLimit);
  }
}

/* Shares of all tokens in what one of them takes: exp of scores relative to the greatest. */
static int32_t shares_of(const int8_t* query, const int8_t* keys, int32_t* shares) {
  int32_t greatest = INT32_MIN;
  for (unsigned t = 0; t < kTokens; ++t, keys += 3 * kWidth) {
    int32_t score = 0;
    for (unsigned d = 0; d < kDepth; ++d) score += query[d] * keys[d];
    shares[t] = score;
    if (score > greatest) greatest = score;
  }
  const int32_t far = (kExpCodes << 20) / kScoreFactor; /* beyond it the table ends */
  int32_t total = 0;
  for (unsigned t = 0; t < kTokens; ++t) {
    const int32_t below = greatest - shares[t];
    const int32_t code = below > far ? kExpCodes : (below * kScoreFactor) >> 20;
    shares[t] = code < kExpCodes ? transformer_exp[code] : 0;
    total += shares[t];
  }
  return total;
}

/* From queries, keys and values of all tokens in `outputs`, heads side by side. */
static void attend(int8_t* out) {
  aimc_marker_begin(attention_section);
  for (unsigned t = 0; t < kTokens; ++t) {
    for (unsigned h = 0; h < kHeads; ++h) {
      const int8_t* head = outputs + h * kDepth;
      int32_t shares[kTokens];
      int32_t mixed[kDepth] = {0};
      const int32_t total = shares_of(head + t * 3 * kWidth, head + kWidth, shares);
      const int8_t* value = head + 2 * kWidth;
      for (unsigned s = 0; s < kTokens; ++s, value += 3 * kWidth) {
        if (shares[s] == 0) continue;
        for (unsigned d = 0; d < kDepth; ++d) mixed[d] += shares[s] * value[d];
      }
      for (unsigned d = 0; d < kDepth; ++d)
        out[t * kWidth + h * kDepth + d] = (int8_t)divide(mixed[d], total);
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
  for (unsigned i = 0; i < kTokens * kTokenPixels; ++i) codes[i] = sequence_pixel(image[i]);
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
  const sequence_network network = {"transformer", transformer_layers, kLayers, kTokens, run};
  return sequence_main(&network, argc, argv);
}
