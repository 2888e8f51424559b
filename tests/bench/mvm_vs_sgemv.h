#pragma once

namespace aimc::analog::bench {

/// MVMs of a crossbar beside OpenBLAS's sgemv of the same size, in turn, on one thread: prints the
/// processor time of each and the ratios of their rates, medians over the rounds.
/// @param gate compare with the rates aimed at
/// @return 0; 1 if a rate is below its gate; 2 without OpenBLAS
int compare_with_sgemv(bool gate);

}  // namespace aimc::analog::bench
