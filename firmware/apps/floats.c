/* Single-precision arithmetic in the F extension: sums, products, fused operations, divisions,
 * roots, conversions, all rounding modes, the accrued flags, and an interrupt handler that computes
 * as well. Prints bits, so that whoever reads them can tell a wrong last place.
 */
#include <fenv.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "aimc_hal.h"

enum { kTerms = 400, kIterations = 200, kInterrupts = 20, kTicks = 40 };

static volatile unsigned taken;
static volatile float handlers_sum;

static uint32_t bits(float value) {
  uint32_t pattern = 0;
  memcpy(&pattern, &value, sizeof pattern);
  return pattern;
}

static void show(const char* name, float value) {
  printf("%s %08lx\n", name, (unsigned long)bits(value));
}

static float harmonic(void) {
  float sum = 0;
  for (int i = 1; i <= kTerms; ++i) sum += 1.0f / (float)i;
  return sum;
}

/* Chaotic: an error in the last place grows to the whole result. */
static float logistic(void) {
  volatile float rate = 3.9f;
  float x = 0.5f;
  for (int i = 0; i < kIterations; ++i) x = rate * x * (1.0f - x);
  return x;
}

static float fused(void) {
  float sum = 0;
  for (int i = 1; i <= kTerms; ++i) sum = fmaf((float)(i * i) * 0.1f, 1.0f / (float)i, -sum);
  return sum;
}

static float roots(void) {
  float sum = 0;
  for (int i = 1; i <= kTerms; ++i) sum += sqrtf((float)i);
  return sum;
}

static void on_timer(void) {
  handlers_sum = handlers_sum + 1.0f / (float)(taken + 3);
  fesetround(FE_UPWARD); /* the interrupted code must not see it */
  feclearexcept(FE_ALL_EXCEPT);
  ++taken;
  aimc_timer_set(taken < kInterrupts ? aimc_mtime() + kTicks : UINT64_MAX);
}

static unsigned accrued(void) {
  const int raised = fetestexcept(FE_ALL_EXCEPT);
  return (unsigned)raised;
}

static void show_modes(void) {
  static const struct {
    const char* name;
    int mode;
  } modes[] = {{"nearest", FE_TONEAREST},
               {"zero", FE_TOWARDZERO},
               {"down", FE_DOWNWARD},
               {"up", FE_UPWARD},
               {"away", FE_TONEAREST_MM}};
  for (unsigned i = 0; i < sizeof modes / sizeof *modes; ++i) {
    fesetround(modes[i].mode);
    const float sum = harmonic();
    const float x = logistic();
    volatile float half = -2.5f;
    const long integer = lrintf(half);
    fesetround(FE_TONEAREST);
    printf("%s %08lx %08lx %ld\n", modes[i].name, (unsigned long)bits(sum), (unsigned long)bits(x),
           integer);
  }
}

static void show_flags(void) {
  volatile float zero = 0.0f;
  volatile float large = 3e38f;
  volatile float small = 1e-38f;
  volatile float result;
  feclearexcept(FE_ALL_EXCEPT);
  result = 1.0f / zero;
  printf("flags %02x", accrued());
  result = zero / zero;
  printf(" %02x", accrued());
  result = large * large;
  printf(" %02x", accrued());
  feclearexcept(FE_ALL_EXCEPT);
  result = small * small;
  printf(" %02x\n", accrued());
  (void)result;
}

int main(void) {
  show("harmonic", harmonic());
  show("logistic", logistic());
  show("fused", fused());
  show("roots", roots());
  show_modes();
  show_flags();

  volatile float numbers[] = {-7.9f, 2.5f, -1.0f, 0.7f};
  for (int i = 0; i < 4; ++i) {
    printf("convert %ld %lu\n", (long)numbers[i], (unsigned long)(1e9f * fabsf(numbers[i] / 2)));
  }
  printf("printf %.4f %g\n", (double)harmonic(), (double)roots());

  aimc_on_interrupt(AIMC_INTERRUPT_TIMER, on_timer);
  aimc_timer_set(aimc_mtime() + kTicks);
  aimc_interrupts_set(true);
  unsigned wrong = 0;
  const uint32_t expected = bits(logistic());
  while (taken < kInterrupts) wrong += bits(logistic()) != expected;
  aimc_interrupts_set(false);
  show("handler", handlers_sum);
  printf("interrupted %s\n", wrong == 0 ? "unharmed" : "WRONG");
  return wrong == 0 ? 0 : 1;
}
