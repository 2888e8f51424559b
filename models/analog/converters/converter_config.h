#pragma once

#include <cstdint>

namespace aimc::analog {

/// How a driver puts a number on its wordline.
enum class DacKind : std::uint8_t {
  kPwm,        ///< a pulse of the read voltage as long as the number
  kAmplitude,  ///< a pulse of fixed length whose voltage is the number
  kBitSerial,  ///< one pulse of the read voltage for each bit that is set, one bit after the other
};

/// Drivers, one a wordline.
struct DacConfig {
  DacKind kind = DacKind::kPwm;
  unsigned bits = 8;             ///< magnitude bits a driver resolves, 1..8
  double lsb_ns = 1.0;           ///< width of one input LSB, ns; pulse-width modulation only
  double pulse_ns = 10.0;        ///< length of one pulse of the other two kinds, ns
  double nonlinearity = 0.0;     ///< third order, relative to full scale, -0.5 .. 0.5
  double settle_ns = 5.0;        ///< fixed part of an MVM, ns
  double phase_switch_ns = 1.0;  ///< from one conversion of an MVM to the next, ns
  double energy_pj = 9.2;  ///< energy of a driver at the read voltage over 128 ns, pJ; scales with
                           ///< the length of its pulses and the square of their voltage
};

/// How a column's current becomes a count.
enum class AdcKind : std::uint8_t {
  kCco,   ///< a current-controlled oscillator counts while the drivers drive
  kSar,   ///< successive approximation of a sampled charge, one cycle a bit
  kRamp,  ///< a sampled charge against a ramp, one cycle a code
};

/// How the sign of a weight is kept.
enum class SignScheme : std::uint8_t {
  kDifferential,  ///< one device of a pair holds the magnitude, the other none
  kOffset,        ///< one device holds the weight around the middle of its range, the other that
};

/// How weights lie in devices.
struct WeightConfig {
  unsigned slice_bits = 7;  ///< bits of a magnitude's seven that a device holds, 1..7
  SignScheme signs = SignScheme::kDifferential;

  /// Parts of a magnitude, each in columns of its own.
  unsigned slices() const { return (7 + slice_bits - 1) / slice_bits; }
};

/// Where the energy and area of a conversion come from.
enum class AdcEnergyModel : std::uint8_t {
  kConstant,  ///< AdcConfig::energy_pj
  kSurvey,    ///< regression over published converters, see adc_survey.h
};

/// Converters of the columns, one for each polarity of `shared_columns` columns.
struct AdcConfig {
  AdcKind kind = AdcKind::kCco;
  unsigned full_scale_counts = 420;        ///< oscillator: largest count, one-phase mode, < 4096
  unsigned full_scale_counts_four = 1690;  ///< oscillator: largest count, four-phase mode, < 4096
  unsigned bits = 8;                       ///< the other two: largest code is 2^bits - 1, 1..12
  double cycle_ns = 1.0;                   ///< the other two: a bit's or a code's cycle, ns
  double full_scale_current_ua = 100.0;    ///< column current at full scale, range 0, uA
  unsigned max_range = 3;       ///< ranges 0..max_range divide the full-scale current by 2^range
  unsigned shared_columns = 1;  ///< neighbouring columns that take turns at a converter, 1..1024
  double gain_sigma = 0.0709;   ///< spread of the gain over converters, relative
  double gain_limit = 0.21;     ///< the spread is truncated here
  double offset_sigma_counts = 1.0;    ///< spread of the offset, counts
  double inl_lsb = 0.0;                ///< spread of the bow at mid-scale over converters, counts
  double dnl_lsb = 0.0;                ///< spread of the width of a code, counts
  double compression = 0.0;            ///< v / (1 + compression v / full scale), >= 0
  double thermal_noise_counts = 0.0;   ///< white noise of a conversion at its input, counts
  double flicker_noise_counts = 0.0;   ///< 1/f noise at its input, counts rms over all octaves
  unsigned flicker_octaves = 24;       ///< octaves over which it is 1/f, 1..40
  double flicker_shortest_ns = 100.0;  ///< time over which the fastest of them is constant, ns
  double energy_pj = 17.0;  ///< oscillator: one conversion of one polarity over a full 128 ns
                            ///< window, pJ, scales with the window; otherwise: one conversion, pJ
  AdcEnergyModel energy_model = AdcEnergyModel::kConstant;
  double node_nm = 14.0;       ///< technology node of the survey's model, nm
  double supply_factor = 1.0;  ///< on the survey's energy: square of supply over nominal supply
};

}  // namespace aimc::analog
