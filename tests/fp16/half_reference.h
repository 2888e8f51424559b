#pragma once

/* The compiler's half-precision arithmetic, in C because not every C++ front end knows _Float16. */
#ifdef __cplusplus
#include <cstdint>
extern "C" {
#else
#include <stdint.h>
#endif

uint16_t half_multiply(uint16_t a, uint16_t b);
uint16_t half_add(uint16_t a, uint16_t b);
/** a*b + c rounded once. */
uint16_t half_fma(uint16_t a, uint16_t b, uint16_t c);
uint16_t half_from_int(int value);
double half_to_double(uint16_t value);

#ifdef __cplusplus
}
#endif
