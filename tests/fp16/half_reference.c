#include "half_reference.h"

#include <string.h>

static _Float16 value_of(uint16_t bits) {
  _Float16 value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static uint16_t bits_of(_Float16 value) {
  uint16_t bits;
  memcpy(&bits, &value, sizeof bits);
  return value != value ? 0x7e00 : bits;
}

uint16_t half_multiply(uint16_t a, uint16_t b) {
  const _Float16 result = value_of(a) * value_of(b);
  return bits_of(result);
}

uint16_t half_add(uint16_t a, uint16_t b) {
  const _Float16 result = value_of(a) + value_of(b);
  return bits_of(result);
}

uint16_t half_fma(uint16_t a, uint16_t b, uint16_t c) {
  /* The product of two halves is exact in double. The sum may not be: its error, which is a double
     too, then makes the last bit odd, so that rounding again to half cannot see a tie where none
     is. */
  const double product = (double)value_of(a) * (double)value_of(b);
  const double addend = (double)value_of(c);
  double sum = product + addend;
  const double from_addend = sum - product;
  const double error = (product - (sum - from_addend)) + (addend - from_addend);
  if (error == error && error != 0.0) {
    int64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    if ((bits & 1) == 0) {
      bits += (error > 0.0) == (sum > 0.0) ? 1 : -1;
      memcpy(&sum, &bits, sizeof sum);
    }
  }
  return bits_of((_Float16)sum);
}

uint16_t half_from_int(int value) {
  return bits_of((_Float16)value);
}

double half_to_double(uint16_t value) {
  return (double)value_of(value);
}
