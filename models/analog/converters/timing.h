#pragma once

#include "models/analog/crossbar.h"

namespace aimc::analog {

/// The energies of drivers and oscillators in a configuration are those of a window of this length.
constexpr double kEnergyWindowNs = 128.0;

/// Counts of a read mode.
struct CountRange {
  double full_scale = 0.0;  ///< of one conversion of the full-scale current
  unsigned conversion = 0;  ///< largest count of one conversion
  unsigned slice = 0;       ///< largest sum of the conversions of a polarity of one slice
  unsigned sum = 0;         ///< largest count of a polarity
};

/// The oscillator counts to full_scale_counts, or over four phases to full_scale_counts_four; the
/// others' largest code is 2^bits - 1 in each of the conversions. No sum is above 4095.
CountRange built_range(const CrossbarConfig& config, const ReadMode& mode);
/// The same as the converters of a crossbar work: without saturation both limits are 4095, the
/// width of a count's word, but for what weights in several slices add up to.
CountRange count_range(const CrossbarConfig& config, const ReadMode& mode);

/// When what happens in an MVM.
struct MvmTiming {
  unsigned conversions = 1;    ///< one after the other: phases, times bits with bit-serial drivers
  unsigned drives = 1;         ///< times the inputs are driven for each of them
  double unit_ns = 0.0;        ///< of a driver's pulse: of one LSB (pulse-width modulation) or all
  double window_ns = 0.0;      ///< a drive
  double conversion_ns = 0.0;  ///< a converter is busy with one column
  double total_ns = 0.0;       ///< the MVM, less what lines take to settle
};

/// The oscillator converts while the inputs are driven, so that columns that share it are driven in
/// turn; the other converters take the sampled columns in turn after one drive.
MvmTiming mvm_timing(const CrossbarConfig& config, const ReadMode& mode);

/// Bits of the input a bit-serial driver has to send: those of the read mode, but no more than it
/// resolves.
unsigned serial_bits(const CrossbarConfig& config, const ReadMode& mode);

/// Energy of one conversion of one column and polarity, pJ.
double conversion_energy_pj(const CrossbarConfig& config, const ReadMode& mode);

/// Area of the survey's converters of both polarities, for one column of those that share them, in
/// one-phase mode with `magnitude_bits`, um2.
double survey_column_area_um2(const CrossbarConfig& config, unsigned magnitude_bits);

}  // namespace aimc::analog
