#include "models/analog/config_check.h"

#include <sstream>
#include <stdexcept>

namespace aimc::analog {
namespace {

template <typename Value>
[[noreturn]] void refuse(const char* what, Value value, const char* expected) {
  std::ostringstream message;
  message << "analog: " << what << " is " << value << ", expected " << expected;
  throw std::invalid_argument(message.str());
}

// Written so that NaN is refused.
void check_range(const char* what, double value, double low, double high) {
  if (value >= low && value <= high) return;
  std::ostringstream expected;
  expected << low << " .. " << high;
  refuse(what, value, expected.str().c_str());
}

void check_pcm(const PcmConfig& pcm) {
  check_range("pcm.g_max_us", pcm.g_max_us, 1e-3, 1e4);
  check_range("pcm.programming_noise", pcm.programming_noise, 0.0, 10.0);
  check_range("pcm.read_noise", pcm.read_noise, 0.0, 10.0);
  check_range("pcm.read_time_ns", pcm.read_time_ns, 1e-2, 1e6);
  check_range("pcm.t0_s", pcm.t0_s, 1.0, 1e6);
  check_range("pcm.pulse_ns", pcm.pulse_ns, 0.0, 1e6);
  check_range("pcm.verify_ns", pcm.verify_ns, 0.0, 1e6);
  check_range("pcm.pulses_max", pcm.pulses_max, 1.0, 1000.0);
  check_range("pcm.pulses_mean", pcm.pulses_mean, 1.0, pcm.pulses_max);
  check_range("pcm.parallel_writers", pcm.parallel_writers, 1.0, 1024.0 * 1024.0);
  check_range("pcm.pulse_energy_pj", pcm.pulse_energy_pj, 0.0, 1e6);
  check_range("pcm.verify_energy_pj", pcm.verify_energy_pj, 0.0, 1e6);
}

void check_converters(const DacConfig& dac, const AdcConfig& adc) {
  check_range("dac.lsb_ns", dac.lsb_ns, 1e-3, 1e6);
  check_range("dac.settle_ns", dac.settle_ns, 0.0, 1e6);
  check_range("dac.phase_switch_ns", dac.phase_switch_ns, 0.0, 1e6);
  check_range("dac.energy_pj", dac.energy_pj, 0.0, 1e6);
  check_range("adc.full_scale_counts", adc.full_scale_counts, 1.0, 4095.0);
  check_range("adc.full_scale_counts_four", adc.full_scale_counts_four, 1.0, 4095.0);
  check_range("adc.full_scale_current_ua", adc.full_scale_current_ua, 1e-3, 1e6);
  check_range("adc.max_range", adc.max_range, 0.0, 15.0);
  check_range("adc.gain_sigma", adc.gain_sigma, 0.0, 1.0);
  check_range("adc.gain_limit", adc.gain_limit, 0.0, 0.99);
  check_range("adc.offset_sigma_counts", adc.offset_sigma_counts, 0.0, 4095.0);
  check_range("adc.energy_pj", adc.energy_pj, 0.0, 1e6);
}

void check_span(const char* what, unsigned first, unsigned count, unsigned limit) {
  if (count >= 1 && first < limit && count <= limit - first) return;
  std::ostringstream value;
  value << first << " + " << count;
  std::ostringstream expected;
  expected << "at least one, within " << limit;
  refuse(what, value.str(), expected.str().c_str());
}

}  // namespace

void check_config(const CrossbarConfig& config) {
  check_range("crossbar.rows", config.rows, 1.0, 1024.0);
  check_range("crossbar.columns", config.columns, 1.0, 1024.0);
  check_range("crossbar.read_voltage_v", config.read_voltage_v, 1e-3, 10.0);
  check_pcm(config.pcm);
  check_converters(config.dac, config.adc);
}

void check_region(const CrossbarConfig& config, const Region& region) {
  check_span("region rows", region.first_row, region.rows, config.rows);
  check_span("region columns", region.first_column, region.columns, config.columns);
}

void check_mode(const CrossbarConfig& config, const ReadMode& mode) {
  check_range("magnitude_bits", mode.magnitude_bits, 1.0, 8.0);
  check_range("range", mode.range, 0.0, config.adc.max_range);
}

}  // namespace aimc::analog
