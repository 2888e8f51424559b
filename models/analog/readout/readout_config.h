#pragma once

#include <cstdint>

namespace aimc::analog {

/// What a column's line does with its cells: the six ways of computing in memory.
enum class ReadoutKind : std::uint8_t {
  kCurrent,               ///< currents add up in a line held at a virtual ground
  kCharge,                ///< cells put charges on capacitors of their own, which are then shared
  kChargeRedistribution,  ///< bit by bit: the column's charge is shared with a second capacitor
  kCapacitiveDivision,    ///< capacitors couple their inputs to a floating line
  kResistiveDivision,     ///< conductances divide their inputs on an open line: a weighted mean
  kTime,                  ///< cells delay an edge that runs along the column
};

/// The column's line and what reads it. Which parameters a kind uses: docs/models_analog.md.
struct ReadoutConfig {
  ReadoutKind kind = ReadoutKind::kCurrent;
  double settle_ns = 0.0;  ///< after the drivers, once a phase (a bit), ns
  double energy_pj = 0.0;  ///< of reading one line once, beside the converter's, pJ
  double drive_ns = 0.0;   ///< for which devices conduct in an input LSB of a divider, ns;
                           ///< 0: all of it
  double input_ohm = 0.0;  ///< of the virtual ground, ohm
  double unit_capacitance_ff = 1.0;  ///< of a cell with the largest weight, fF, > 0
  double capacitance_ff = 25.6;      ///< of the line, beside the cells' capacitors, fF, >= 0
  double swing_v = 0.8;              ///< what a fully driven capacitor is charged to, V, > 0
  double droop_per_us = 1e-3;        ///< share of a held charge that leaks, 1/us
  double injection_fc = 0.0005;      ///< charge a cell's switch leaves when it opens, fC
  double sharing_sigma = 0.005;      ///< spread of the sharing capacitors' ratio over the columns
  double divider_range = 0.125;      ///< converter's full scale as a share of the read voltage
  double time_lsb_ps = 50.0;         ///< a count of the time-to-digital converter, ps, > 0
  double stage_jitter_ps = 2.0;      ///< of the delay of one cell, ps
  double losses = 1.0;  ///< 0: line capacitance, droop, input resistance and settling take nothing
                        ///< from the signal, 1: they do
  double noise = 1.0;   ///< factor on kT/C noise and jitter
  bool stored_denominators = true;  ///< the divider's sums are multiplied back by what weights
                                    ///< aim at; false: by what the devices have
};

}  // namespace aimc::analog
