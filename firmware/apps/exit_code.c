/* Exits with the code given as first argument: the platform's exit status is the firmware's own. */
#include <stdlib.h>

int main(int argc, char** argv) {
  return argc > 1 ? (int)strtol(argv[1], NULL, 0) : 0;
}
