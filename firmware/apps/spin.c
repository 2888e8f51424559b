/* Runs for ever: ended by --max-sim-time. */
int main(void) {
  for (;;) {
    __asm__ volatile("" ::: "memory");
  }
}
