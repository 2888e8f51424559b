#include "models/analog/converters/pulses.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/analog/converters/quantise.h"
#include "models/analog/converters/timing.h"
#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

using test::Counts;
using test::Dice;
using test::kSecond;
using test::Moments;

constexpr unsigned kRows = 128;
constexpr unsigned kColumns = 256;
constexpr Region kAll{0, kRows, 0, kColumns};

/// Devices that conduct what they should, whatever the voltage, and converters without error.
CrossbarConfig perfect(DacKind kind) {
  CrossbarConfig config = test::quiet_config(kRows, kColumns);
  config.device.programming_noise = 0.0;
  config.device.read_noise = 0.0;
  config.device.drift_mean = config.device.drift_sigma = LevelCurve{};
  config.device.iv_scale_v = 0.0;
  config.dac.kind = kind;
  return config;
}

Counts read(const CrossbarConfig& config, const std::vector<std::int8_t>& inputs,
            ReadMode mode = {7, false, 0}) {
  Crossbar crossbar(config, 1, "tile0");
  const auto weights = Dice(1, "weights").codes(std::size_t{kRows} * kColumns);
  crossbar.program(weights.data(), kAll, 0);
  return test::run(crossbar, inputs, 0, kAll, mode, kSecond);
}

std::vector<std::int8_t> inputs() {
  return Dice(2, "inputs").codes(kRows);
}

std::vector<double> differences(const Counts& a, const Counts& b) {
  std::vector<double> result;
  for (std::size_t i = 0; i < a.cp.size(); ++i) {
    result.push_back(double(a.cp[i]) - double(b.cp[i]));
    result.push_back(double(a.cn[i]) - double(b.cn[i]));
  }
  return result;
}

TEST(Pulses, ResolveTheNearestLevel) {
  CrossbarConfig config = perfect(DacKind::kPwm);
  config.dac.bits = 4;
  const Pulses pulses(config);
  for (int magnitude = 0; magnitude < 128; ++magnitude) {
    const int level = std::min(15, (magnitude + 4) / 8);
    EXPECT_EQ(pulses.resolved(magnitude, 7), 8 * level);
    EXPECT_EQ(pulses.resolved(magnitude % 16, 4), magnitude % 16);
  }
}

TEST(Pulses, CoarseLevelsErrByATwelfthOfASquaredStep) {
  CrossbarConfig config = perfect(DacKind::kPwm);
  config.dac.bits = 5;
  const Pulses pulses(config);
  std::vector<double> errors;
  for (int magnitude = 0; magnitude < 240; ++magnitude) {
    errors.push_back(pulses.resolved(magnitude, 8) - magnitude);
  }
  // Eight values to a step of 8: (64 - 1) / 12, and half of one upwards.
  EXPECT_NEAR(Moments(errors).mean, 0.5, 1e-9);
  EXPECT_NEAR(Moments(errors).variance, 63.0 / 12.0, 0.05);
}

TEST(Pulses, LinearAmplitudesGiveWhatPulseWidthsGive) {
  const auto x = inputs();
  for (const bool four_phase : {false, true}) {
    const Counts pwm = read(perfect(DacKind::kPwm), x, {7, four_phase, 0});
    const Counts amplitude = read(perfect(DacKind::kAmplitude), x, {7, four_phase, 0});
    EXPECT_EQ(pwm, amplitude);
  }
}

// Every bit is rounded, weighs 2^b / 2^bits of a count, and the sum is rounded once more:
// (sum of 4^b / 4^bits + 1) / 12; against pulses, which are rounded once.
TEST(Pulses, BitsOneByOneAddUpWithinTheirRounding) {
  const auto x = inputs();
  const auto wide = [&](DacKind kind) {  // no bit's current reaches full scale
    CrossbarConfig config = perfect(kind);
    config.adc.full_scale_current_ua = 400.0;
    return read(config, x);
  };
  const Counts pwm = wide(DacKind::kPwm);
  const Counts bits = wide(DacKind::kBitSerial);
  const Moments moments(differences(bits, pwm));
  double variance = 2.0 / 12.0;
  for (int b = 0; b < 7; ++b) variance += std::pow(4.0, b - 7) / 12.0;
  EXPECT_NEAR(moments.mean, 0.0, 4.0 * moments.mean_error());
  EXPECT_NEAR(moments.sigma(), std::sqrt(variance), 4.0 * moments.sigma_error());
  double largest = 0.0;
  for (const double d : differences(bits, pwm)) largest = std::max(largest, std::fabs(d));
  EXPECT_LE(largest, 2.0);
}

TEST(Pulses, BitSerialNoiseIsThatOfItsBits) {
  CrossbarConfig config = perfect(DacKind::kBitSerial);
  config.adc.full_scale_current_ua = 400.0;
  const auto x = std::vector<std::int8_t>(kRows, 127);
  const Counts quiet = read(config, x);
  config.adc.thermal_noise_counts = 8.0;
  const Counts noisy = read(config, x);
  const Moments moments(differences(noisy, quiet));
  double share = 0.0;
  for (int b = 0; b < 7; ++b) share += std::pow(4.0, b - 7);
  EXPECT_NEAR(moments.sigma(), 8.0 * std::sqrt(share), 4.0 * moments.sigma_error() + 0.1);
}

TEST(Pulses, TakeTheTimeOfTheirPulses) {
  CrossbarConfig config = perfect(DacKind::kAmplitude);
  EXPECT_EQ(mvm_timing(config, {7, false, 0}).total_ns, 15.0);
  config.dac.kind = DacKind::kBitSerial;  // seven pulses, six changes
  EXPECT_EQ(mvm_timing(config, {7, false, 0}).total_ns, 7 * 10.0 + 6 * 1.0 + 5.0);
  config.dac.bits = 4;
  EXPECT_EQ(mvm_timing(config, {7, false, 0}).total_ns, 4 * 10.0 + 3 * 1.0 + 5.0);
  config.adc.kind = AdcKind::kSar;
  EXPECT_EQ(mvm_timing(config, {7, false, 0}).total_ns, 4 * (10.0 + 8.0) + 3 * 1.0 + 5.0);
}

TEST(Pulses, ZeroInputsCostNoPulse) {
  for (const DacKind kind : {DacKind::kPwm, DacKind::kAmplitude, DacKind::kBitSerial}) {
    const MvmResult result = read(perfect(kind), std::vector<std::int8_t>(kRows, 0)).result;
    EXPECT_EQ(result.dac_energy_j, 0.0);
    EXPECT_EQ(result.array_energy_j, 0.0);
    EXPECT_GT(result.adc_energy_j, 0.0);
  }
}

TEST(Pulses, EnergyIsThatOfPulses) {
  const auto x = inputs();
  double squares = 0.0;
  double bits = 0.0;
  for (const int value : x) {
    squares += value * value / 16384.0;
    for (int rest = std::abs(value); rest != 0; rest >>= 1) bits += rest & 1;
  }
  const MvmResult amplitude = read(perfect(DacKind::kAmplitude), x).result;
  EXPECT_NEAR(amplitude.dac_energy_j / (9.2e-12 * squares * 10.0 / 128.0), 1.0, 1e-12);
  const MvmResult serial = read(perfect(DacKind::kBitSerial), x).result;
  EXPECT_NEAR(serial.dac_energy_j / (9.2e-12 * bits * 10.0 / 128.0), 1.0, 1e-12);
  // All at full scale: G V^2 t of every device, by voltage or by bits.
  const std::vector<std::int8_t> full(kRows, 127);
  const MvmResult pwm = read(perfect(DacKind::kPwm), full).result;
  const MvmResult high = read(perfect(DacKind::kAmplitude), full).result;
  const double part = 127.0 / 128.0;
  EXPECT_NEAR(high.array_energy_j / pwm.array_energy_j, 10.0 * part * part / 127.0, 1e-6);
  const MvmResult all = read(perfect(DacKind::kBitSerial), full).result;
  EXPECT_NEAR(all.array_energy_j / pwm.array_energy_j, 70.0 / 127.0, 1e-9);
}

TEST(Pulses, DistortionIsOfThirdOrder) {
  for (const DacKind kind : {DacKind::kPwm, DacKind::kAmplitude}) {
    CrossbarConfig config = perfect(kind);
    config.adc.full_scale_current_ua = 200.0;
    const Counts straight = read(config, std::vector<std::int8_t>(kRows, 70));
    config.dac.nonlinearity = 0.1;
    const Counts bent = read(config, std::vector<std::int8_t>(kRows, 70));
    const double u = 70.0 / 127.0;
    const double factor = 1.0 + 0.1 * (u * u - 1.0);
    for (unsigned i = 0; i < kColumns; ++i) {
      EXPECT_NEAR(bent.cp[i], straight.cp[i] * factor, 1.2);
    }
    // Ends stay where they are.
    CrossbarConfig linear = config;
    linear.dac.nonlinearity = 0.0;
    EXPECT_EQ(read(config, std::vector<std::int8_t>(kRows, 127)),
              read(linear, std::vector<std::int8_t>(kRows, 127)));
  }
}

// A device near its off state follows sinh: at a part of the read voltage it conducts less than in
// proportion; one in its on state does not.
TEST(Pulses, AmplitudesMeetTheDevicesVoltage) {
  CrossbarConfig config = perfect(DacKind::kAmplitude);
  config.columns = 1;
  config.device.iv_scale_v = 0.1;
  config.device.verify_voltage_v = config.read_voltage_v = 0.2;
  config.adc.full_scale_current_ua = 120.0;
  const auto count = [&](int weight, int input) {
    Crossbar crossbar(config, 1, "tile0");
    const Region region{0, kRows, 0, 1};
    const std::vector<std::int8_t> weights(kRows, static_cast<std::int8_t>(weight));
    crossbar.program(weights.data(), region, 0);
    const std::vector<std::int8_t> x(kRows, static_cast<std::int8_t>(input));
    return double(test::run(crossbar, x, 0, region, {7, false, 0}, kSecond).cp[0]);
  };
  for (const int weight : {8, 20}) {
    const double r = weight / 127.0;
    const double nominal = kRows * 25.0 * r * 0.2 * 4095.0 / 120.0;
    for (const int input : {32, 64, 96}) {
      const double u = input / 128.0;
      const double ratio = std::sinh(2.0 * u) / (u * std::sinh(2.0));
      EXPECT_NEAR(count(weight, input), nominal * u * std::pow(ratio, 1.0 - r), 1.0);
    }
  }
}

}  // namespace
}  // namespace aimc::analog
