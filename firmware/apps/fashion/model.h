/* Written by scripts/train_fashion.py; do not edit.
 * Network 784-256-128-10, trained with weight noise; 10,000 test images:
 *   float 0.8926, int8 on ideal tiles 0.8952.
 */
#ifndef FASHION_MODEL_H
#define FASHION_MODEL_H

#include <stdint.h>

#include "fashion.h"

/* Row-major int8, one byte per differential pair. */
extern const int8_t fashion_layer1_weights[];
extern const int8_t fashion_layer2_weights[];
extern const int8_t fashion_layer3_weights[];

/* Unit one count. */
static const int16_t fashion_layer1_bias[256] = {
    -1, -6, 3, 7, 12, 9, 8, 0, 9, 15, -4, 9, 6, -1, 1, 3,
    12, 9, 7, 6, 13, -3, -1, 12, 3, 4, 12, 12, 0, 6, 10, 8,
    6, -4, 12, -3, -13, 4, -9, 2, 2, -1, 5, -5, 6, -5, 2, -11,
    6, 15, 17, 3, 12, -8, -7, 12, 12, 1, -1, -3, 12, 1, 23, 2,
    -3, 0, 3, 11, 3, -1, -3, 12, 14, 6, 8, 3, 13, 4, -6, 6,
    9, -4, -1, -4, 3, -4, 6, 5, 5, 8, 5, -3, 0, 9, 0, 13,
    9, -10, 0, 5, -3, 7, 1, 8, 1, 3, 8, -2, 6, 7, -13, 8,
    14, 10, -2, 0, 21, 6, 6, 0, 3, 4, 9, 1, 1, -2, 13, 10,
    14, 1, -6, 12, -2, -1, 7, 4, 6, 5, 14, 11, 10, 15, 7, 7,
    8, 13, 5, -2, 11, 7, 9, -11, 5, 6, -1, 8, 9, 1, 1, 13,
    10, 10, 11, 0, 5, 3, 7, -1, 11, 11, 8, -1, 12, 15, -1, 10,
    0, 14, 9, 14, 4, -5, -4, 4, 9, -6, -2, 12, -2, 3, -7, 5,
    4, 15, 8, 2, 8, 6, -13, 8, 1, -3, 4, 14, -1, 0, 6, 4,
    0, 6, 9, 0, -2, 2, -3, 6, 17, 0, 7, 0, 4, 11, 16, 0,
    13, 13, 10, 5, -4, 12, 4, 6, 1, 10, -4, 7, 11, 21, 3, 6,
    -14, -6, 2, 3, 2, -3, 11, 5, 22, 9, -4, -2, 4, 8, 6, 12};
static const int16_t fashion_layer2_bias[128] = {
    1, -1, 0, -1, 2, 2, -2, -1, 0, 2, 0, 0, 2, 0, 0, 2,
    0, 5, 3, 0, 2, 3, 1, 1, 1, 2, 0, -1, 1, 2, 1, 0,
    1, 2, 0, 2, 2, 0, 3, 2, 2, 1, 1, 3, 2, 0, 4, 0,
    -1, -1, -1, -1, 0, 2, 0, 4, -1, 0, 1, 1, 0, 3, 0, 0,
    2, 1, 1, 3, 4, 2, 2, 1, 1, 3, 1, 2, 0, 1, 0, 3,
    1, 2, 2, 4, 4, -2, 3, 0, 2, 2, 2, 1, 2, 2, -1, -1,
    -1, 0, 3, 0, 1, 4, 4, -2, 0, 0, 0, -1, 0, -1, 0, 0,
    4, 4, -1, 3, -1, 4, 1, 4, 0, 1, 1, 1, 4, 0, 0, 0};
static const int16_t fashion_layer3_bias[10] = {
    0, -1, 0, 1, -1, 0, 0, 0, 0, -1};

/* rows, columns, ADC range, cuts, ReLU, output zero point, nominal counts per |input| x |weight| (U0.32) */
static const fashion_layer fashion_layers[3] = {
    {784, 256, 0, 4, 4, 1, -128, 2774185u, fashion_layer1_weights, fashion_layer1_bias},
    {256, 128, 1, 4, 3, 1, -128, 5548371u, fashion_layer2_weights, fashion_layer2_bias},
    {128, 10, 1, 4, 3, 0, 0, 5548371u, fashion_layer3_weights, fashion_layer3_bias}};

#endif
