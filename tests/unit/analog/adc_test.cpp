// First-order formulas of every error of the converters.

#include "models/analog/adc.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "models/analog/converters/timing.h"
#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

using test::Moments;

constexpr std::size_t kColumns = 1024;
constexpr AdcKind kKinds[] = {AdcKind::kCco, AdcKind::kSar, AdcKind::kRamp};

/// Converters without error, of 255 codes each.
CrossbarConfig perfect(AdcKind kind = AdcKind::kCco) {
  CrossbarConfig config = test::quiet_config(1, kColumns);
  config.adc.kind = kind;
  config.adc.full_scale_counts = 255;
  config.adc.bits = 8;
  return config;
}

/// Codes of all converters of G+ for values in counts.
std::vector<std::int32_t> converted(const AdcBanks& banks, const CrossbarConfig& config,
                                    const std::vector<double>& values, AdcReading reading = {}) {
  const CountRange range = count_range(config, {});
  std::vector<float> normals;
  std::vector<double> variances(values.size(), 0.0);
  reading.columns = values.size();
  reading.scale = 1.0;
  reading.limit = range.conversion;
  reading.full_scale = range.full_scale;
  if (reading.thermal_variance > 0.0F) {
    normals.resize(2 * values.size());
    core::RandomStream(5, "t", "normals").normals(0, normals.data(), normals.size());
    reading.normals = normals.data();
  }
  std::vector<std::int32_t> counts(values.size(), 0);
  banks.positive.add_counts(reading, 0, values.data(), variances.data(), counts.data());
  return counts;
}

std::vector<std::int32_t> converted(const CrossbarConfig& config, const std::vector<double>& values,
                                    AdcReading reading = {}) {
  return converted(AdcBanks(config, 1, "tile0"), config, values, reading);
}

/// Values spread evenly over part of the range, one a converter.
std::vector<double> spread(double low, double high) {
  std::vector<double> values;
  for (std::size_t i = 0; i < kColumns; ++i) {
    values.push_back(low + (high - low) * (static_cast<double>(i) + 0.5) / kColumns);
  }
  return values;
}

TEST(Adc, RoundsToTheNearestCodeAndEndsAtFullScale) {
  for (const AdcKind kind : kKinds) {
    const std::vector<double> values = spread(-20.0, 300.0);
    const auto codes = converted(perfect(kind), values);
    for (std::size_t i = 0; i < kColumns; ++i) {
      EXPECT_EQ(codes[i], std::clamp(std::floor(values[i] + 0.5), 0.0, 255.0));
    }
  }
}

TEST(Adc, QuantisationNoiseIsATwelfthOfASquaredLsb) {
  const std::vector<double> values = spread(10.0, 240.0);
  const auto codes = converted(perfect(), values);
  std::vector<double> errors;
  for (std::size_t i = 0; i < kColumns; ++i) errors.push_back(codes[i] - values[i]);
  EXPECT_NEAR(Moments(errors).mean, 0.0, 0.02);
  EXPECT_NEAR(Moments(errors).variance * 12.0, 1.0, 0.03);
}

TEST(Adc, GainAndOffsetVaryAsTold) {
  CrossbarConfig config = perfect();
  config.adc.full_scale_counts = 4095;
  config.adc.gain_sigma = 0.05;
  const Moments gain(converted(config, std::vector<double>(kColumns, 2000.0)));
  EXPECT_NEAR(gain.mean, 2000.0, 4.0 * gain.mean_error());
  EXPECT_NEAR(gain.sigma(), 100.0, 4.0 * gain.sigma_error());
  config.adc.gain_sigma = 0.0;
  config.adc.offset_sigma_counts = 30.0;
  const Moments offset(converted(config, std::vector<double>(kColumns, 2000.0)));
  EXPECT_NEAR(offset.mean, 2000.0, 4.0 * offset.mean_error());
  EXPECT_NEAR(offset.sigma(), 30.0, 4.0 * offset.sigma_error());
}

TEST(Adc, IntegralNonlinearityBowsTheMiddle) {
  for (const AdcKind kind : kKinds) {
    CrossbarConfig config = perfect(kind);
    config.adc.full_scale_counts = 4095;
    config.adc.bits = 12;
    config.adc.inl_lsb = 20.0;
    const AdcBanks banks(config, 1, "tile0");
    const auto middle = converted(banks, config, std::vector<double>(kColumns, 4095.0 / 2.0));
    const Moments moments(middle);
    EXPECT_NEAR(moments.mean, 2047.5, 0.5 + 4.0 * moments.mean_error());
    EXPECT_NEAR(moments.sigma(), 20.0, 4.0 * moments.sigma_error());
    // A parabola: three quarters of it at a quarter of the range, none at the ends.
    const auto quarter = converted(banks, config, std::vector<double>(kColumns, 4095.0 / 4.0));
    for (std::size_t i = 0; i < kColumns; ++i) {
      EXPECT_NEAR(quarter[i] - 4095.0 / 4.0, 0.75 * (middle[i] - 4095.0 / 2.0), 1.0);
    }
    for (const int code : converted(banks, config, std::vector<double>(kColumns, 4095.0))) {
      EXPECT_EQ(code, 4095);
    }
  }
}

/// Where converter `converter` changes from a code below `code` to `code` or above, counts.
double edge(const CodeErrors& errors, std::size_t converter, int code) {
  double low = code - 8.0;
  double high = code + 8.0;
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2.0;
    (errors.code(converter, middle, 255.0, 255.0) >= code ? high : low) = middle;
  }
  return high;
}

TEST(Adc, DifferentialNonlinearityIsTheSpreadOfWidths) {
  for (const AdcKind kind : {AdcKind::kCco, AdcKind::kRamp}) {
    AdcConfig adc = perfect(kind).adc;
    adc.dnl_lsb = 0.2;
    const CodeErrors errors(adc, 256, core::RandomStream(1, "t", "adc_codes"), 0);
    std::vector<double> widths;
    for (std::size_t i = 0; i < 256; ++i) {
      for (int code = 112; code < 128; ++code) {
        widths.push_back(edge(errors, i, code + 1) - edge(errors, i, code));
      }
      EXPECT_NEAR(edge(errors, i, 240) - edge(errors, i, 16), 224.0, 1e-4);  // no change of gain
    }
    const Moments moments(widths);
    EXPECT_NEAR(moments.mean, 1.0, 1e-6);
    EXPECT_NEAR(moments.sigma(), 0.2, 4.0 * moments.sigma_error());
  }
}

TEST(Adc, SuccessiveApproximationErrsMostInTheMiddle) {
  AdcConfig adc = perfect(AdcKind::kSar).adc;
  adc.dnl_lsb = 0.02;
  const CodeErrors errors(adc, 2048, core::RandomStream(1, "t", "adc_codes"), 0);
  const auto width_spread = [&](int code) {
    std::vector<double> steps;
    for (std::size_t i = 0; i < 2048; ++i) {
      steps.push_back(edge(errors, i, code) - edge(errors, i, code - 1));
    }
    return Moments(steps);
  };
  // The highest bit comes for all others: sigma sqrt(2^bits - 1).
  const Moments middle = width_spread(128);
  EXPECT_NEAR(middle.sigma(), 0.02 * std::sqrt(255.0), 4.0 * middle.sigma_error() + 0.003);
  const Moments quarter = width_spread(64);
  EXPECT_NEAR(quarter.sigma(), 0.02 * std::sqrt(127.0), 4.0 * quarter.sigma_error() + 0.003);
  EXPECT_LT(width_spread(65).sigma(), 0.03);
}

TEST(Adc, CompressionIsQuadraticForSmallSignals) {
  CrossbarConfig config = perfect();
  config.adc.full_scale_counts = 4095;
  config.adc.compression = 0.2;
  for (const double value : {100.0, 400.0, 800.0}) {
    const double lost = 0.2 * value * value / 4095.0;
    const auto codes = converted(config, std::vector<double>(kColumns, value));
    EXPECT_NEAR(codes[0], value - lost, 0.5 + 0.2 * lost * value / 4095.0) << value;
  }
  const auto codes = converted(config, std::vector<double>(kColumns, 4095.0));
  EXPECT_NEAR(codes[0], 4095.0 / 1.2, 0.5);
}

TEST(Adc, ThermalNoiseAddsItsVariance) {
  CrossbarConfig config = perfect();
  AdcReading reading;
  reading.thermal_variance = 9.0F;
  const std::vector<double> values = spread(60.0, 200.0);
  const auto codes = converted(config, values, reading);
  std::vector<double> errors;
  for (std::size_t i = 0; i < kColumns; ++i) errors.push_back(codes[i] - values[i]);
  const Moments moments(errors);
  EXPECT_NEAR(moments.mean, 0.0, 4.0 * moments.mean_error());
  EXPECT_NEAR(moments.sigma(), std::sqrt(9.0 + 1.0 / 12.0), 4.0 * moments.sigma_error());
}

TEST(Adc, ColumnsThatShareAConverterShareItsErrors) {
  CrossbarConfig config = perfect();
  config.adc.full_scale_counts = 4095;
  config.adc.gain_sigma = 0.05;
  config.adc.offset_sigma_counts = 5.0;
  config.adc.inl_lsb = 10.0;
  config.adc.dnl_lsb = 0.3;
  config.adc.shared_columns = 8;
  const auto codes = converted(config, std::vector<double>(kColumns, 1500.0));
  std::vector<double> each;
  for (std::size_t i = 0; i < kColumns; ++i) {
    EXPECT_EQ(codes[i], codes[i - i % 8]);
    if (i % 8 == 0) each.push_back(codes[i]);
  }
  EXPECT_GT(Moments(each).sigma(), 40.0);
}

TEST(Adc, KindsTakeTheirTime) {
  CrossbarConfig config = test::quiet_config(64, 64);
  const ReadMode mode{7, false, 0};
  EXPECT_EQ(mvm_timing(config, mode).total_ns, 133.0);
  config.adc.kind = AdcKind::kSar;  // 128 ns of pulses, 8 cycles of 1 ns, 5 ns to settle
  EXPECT_EQ(mvm_timing(config, mode).total_ns, 141.0);
  config.adc.kind = AdcKind::kRamp;
  EXPECT_EQ(mvm_timing(config, mode).total_ns, 128.0 + 256.0 + 5.0);
  config.adc.shared_columns = 4;  // sampled once, converted in turn
  EXPECT_EQ(mvm_timing(config, mode).total_ns, 128.0 + 4 * 256.0 + 5.0);
  config.adc.kind = AdcKind::kCco;  // driven again for each of the four
  EXPECT_EQ(mvm_timing(config, mode).total_ns, 4 * 128.0 + 5.0);
  EXPECT_EQ(mvm_timing(config, {7, true, 0}).total_ns, 16 * 128.0 + 3 * 1.0 + 5.0);
}

TEST(Adc, EnergyFollowsBitsAndRateWithTheSurvey) {
  CrossbarConfig config = test::quiet_config(64, 64);
  config.adc.kind = AdcKind::kSar;
  EXPECT_EQ(conversion_energy_pj(config, {7, false, 0}), config.adc.energy_pj);
  config.adc.energy_model = AdcEnergyModel::kSurvey;
  config.adc.node_nm = 22.0;
  config.adc.cycle_ns = 1.25;  // 8 bits at 100 MS/s
  EXPECT_NEAR(conversion_energy_pj(config, {7, false, 0}), 0.84724, 1e-5);
  EXPECT_NEAR(survey_column_area_um2(config, 7), 2.0 * 2199.03, 0.01);
  config.adc.shared_columns = 8;
  EXPECT_NEAR(conversion_energy_pj(config, {7, false, 0}), 0.84724, 1e-5);
  EXPECT_NEAR(survey_column_area_um2(config, 7), 2.0 * 2199.03 / 8.0, 0.01);
  config.adc.bits = 10;
  config.adc.cycle_ns = 1.0;
  EXPECT_NEAR(conversion_energy_pj(config, {7, false, 0}), 1.63626, 1e-5);
  config.adc.supply_factor = 0.5;
  EXPECT_NEAR(conversion_energy_pj(config, {7, false, 0}), 0.81813, 1e-5);
}

}  // namespace
}  // namespace aimc::analog
