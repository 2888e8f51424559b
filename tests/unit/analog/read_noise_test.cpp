#include <gtest/gtest.h>

#include "models/analog/device_array.h"
#include "models/analog/power_law_device.h"
#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

using test::Counts;
using test::Dice;
using test::kSecond;
using test::Moments;

// Counts per uS and input LSB.
double counts_per_us(const Crossbar& crossbar, const ReadMode& mode) {
  return crossbar.count_scale(mode) * 127.0 / crossbar.config().device.g_max_us;
}

// Spread of the counts of single devices over many reads: the published Q times growth, at two
// ages.
TEST(ReadNoise, SigmaOfSingleDevicesFollowsTheEquation) {
  constexpr unsigned kColumns = 1024;
  constexpr int kReads = 200;
  const ReadMode mode{8, false, 3};
  for (const core::TimePs age_s : {0U, 86'400U}) {
    for (const int weight : {7, 32, 127}) {
      SCOPED_TRACE(std::to_string(weight) + " at " + std::to_string(age_s) + " s");
      CrossbarConfig config = test::quiet_config(1, kColumns);
      config.device.programming_noise = 0.0;
      Crossbar crossbar(config, 11, "tile0");
      const std::vector<std::int8_t> weights(kColumns, static_cast<std::int8_t>(weight));
      const Region all{0, 1, 0, kColumns};
      const core::TimePs now =
          crossbar.program(weights.data(), all, 0).duration_ps + age_s * kSecond;
      std::vector<double> sum(kColumns), square(kColumns);
      for (int read = 0; read < kReads; ++read) {
        const Counts counts = test::run(crossbar, {127}, -128, all, mode, now);
        for (unsigned i = 0; i < kColumns; ++i) {
          sum[i] += counts.cp[i];
          square[i] += counts.cp[i] * counts.cp[i];
        }
      }
      double variance = 0.0;
      for (unsigned i = 0; i < kColumns; ++i) {
        variance += (square[i] - sum[i] * sum[i] / kReads) / (kReads - 1) / kColumns;
      }
      const double r = weight / 127.0;
      const double log_time = std::log((static_cast<double>(age_s) + 20.0) / 20.0);
      const double mu = DeviceConfig{}.drift_mean.at(r);
      const double s = DeviceConfig{}.drift_sigma.at(r);
      const double sigma = 25.0 * r * DeviceConfig{}.read_fraction.at(r) *
                           read_noise_growth(config.device, static_cast<double>(age_s) + 20.0) *
                           std::exp(-mu * log_time + s * s * log_time * log_time);
      const double counts = sigma * 255.0 * counts_per_us(crossbar, mode);
      // Rounding to counts adds 1/12. Four standard errors of the draws and of the spread of drift
      // over the devices, and 0.5 % for variances kept in 7 bits.
      const double expected = counts * counts + 1.0 / 12.0;
      const double draws = 2.0 / (kReads * kColumns);
      const double devices = std::expm1(4.0 * s * s * log_time * log_time) / kColumns;
      EXPECT_NEAR(variance / expected, 1.0, 4.0 * std::sqrt(draws + devices) + 0.005);
    }
  }
}

// What the crossbar draws per output against every device drawn on its own.
struct Golden {
  std::vector<double> mean,
      sigma;  // of each device of a column: G+ of all rows, then G- of all rows

  Golden(const DeviceArray& array, const DeviceConfig& config, unsigned rows, unsigned column,
         double age_s) {
    for (const bool positive : {true, false}) {
      for (unsigned row = 0; row < rows; ++row) {
        const double programmed = array.programmed_us(row, column, positive);
        const double drifted =
            programmed * std::pow((age_s + 20.0) / 20.0,
                                  -dynamic_cast<const PowerLawDevice&>(array.model())
                                       .drift_exponent(array.words(row, column, positive)));
        mean.push_back(drifted);
        sigma.push_back(drifted * DeviceConfig{}.read_fraction.at(programmed / config.g_max_us) *
                        config.read_noise * read_noise_growth(config, age_s + 20.0));
      }
    }
  }

  // Count of the positive polarity for signed inputs.
  int read(const std::vector<int>& x, double scale, const float* z) const {
    const std::size_t rows = x.size();
    double sum = 0.0;
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t device = x[i] > 0 ? i : rows + i;
      sum +=
          std::abs(x[i]) * std::max(0.0, mean[device] + sigma[device] * static_cast<double>(z[i]));
    }
    return static_cast<int>(std::max(0.0, std::floor(sum * scale + 0.5)));
  }
};

TEST(ReadNoise, PerOutputDrawsEqualPerDeviceDraws) {
  constexpr std::size_t kReads = 20'000;
  constexpr unsigned kColumns = 3;
  Dice dice(6, "tiles");
  for (int tile = 0; tile < 10; ++tile) {
    SCOPED_TRACE(tile);
    const auto rows = static_cast<unsigned>(dice.between(24, 200));
    const ReadMode mode{8, false, 0};
    const CrossbarConfig config = test::quiet_config(rows, kColumns);
    const std::string path = "tile" + std::to_string(tile);
    const Region all{0, rows, 0, kColumns};
    const auto weights = dice.codes(std::size_t{rows} * kColumns);
    const auto inputs = dice.codes(rows);

    Crossbar crossbar(config, 1, path);
    const core::TimePs age = static_cast<core::TimePs>(dice.between(0, 1000)) * kSecond;
    const core::TimePs done = crossbar.program(weights.data(), all, 0).duration_ps;
    std::vector<std::vector<int>> fast(kColumns);
    for (std::size_t read = 0; read < kReads; ++read) {
      const Counts counts = test::run(crossbar, inputs, 0, all, mode, done + age);
      for (unsigned column = 0; column < kColumns; ++column)
        fast[column].push_back(counts.cp[column]);
    }

    DeviceArray array(config, 1, path);  // the same devices, as seed and path are the same
    array.program(weights.data(), all, std::vector<std::uint32_t>(weights.size(), 0), 0);
    const std::vector<int> x(inputs.begin(), inputs.end());
    const core::RandomStream stream(99, "golden", path);
    std::vector<float> z(rows);
    for (unsigned column = 0; column < kColumns; ++column) {
      const Golden golden(array, config.device, rows, column, static_cast<double>(age) * 1e-12);
      std::vector<int> slow;
      for (std::size_t read = 0; read < kReads; ++read) {
        stream.normals((column * kReads + read) * 64, z.data(), rows);
        slow.push_back(golden.read(x, counts_per_us(crossbar, mode), z.data()));
      }
      EXPECT_LT(test::kolmogorov_smirnov(fast[column], slow), 1.95) << "column " << column;
      EXPECT_GT(Moments(slow).sigma(), 3.0);  // there is a shape to compare
    }
  }
}

TEST(ReadNoise, EveryReadColumnAndPolarityDrawsAnew) {
  CrossbarConfig config = test::quiet_config(64, 64);
  const Region all{0, 64, 0, 64};
  const auto weights = Dice(8, "weights").codes(4096);
  const auto inputs = Dice(8, "inputs").codes(64);
  Crossbar crossbar(config, 1, "tile0");
  const core::TimePs now = crossbar.program(weights.data(), all, 0).duration_ps;
  constexpr int kReads = 2000;
  std::vector<Counts> reads;
  reads.reserve(kReads);
  for (int read = 0; read < kReads; ++read)
    reads.push_back(test::run(crossbar, inputs, 0, all, {}, now));

  const auto correlation = [&](auto first, auto second, int lag) {
    std::vector<double> a, b;
    for (int i = lag; i < kReads; ++i) {
      a.push_back(first(reads[static_cast<std::size_t>(i)]));
      b.push_back(second(reads[static_cast<std::size_t>(i - lag)]));
    }
    const Moments ma(a);
    const Moments mb(b);
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - ma.mean) * (b[i] - mb.mean);
    return sum / static_cast<double>(a.size()) / (ma.sigma() * mb.sigma());
  };
  const auto p = [](unsigned column) {
    return [column](const Counts& c) { return double{c.cp[column] * 1.0}; };
  };
  const auto n = [](unsigned column) {
    return [column](const Counts& c) { return double{c.cn[column] * 1.0}; };
  };
  const double limit = 4.0 / std::sqrt(kReads);
  for (const unsigned column : {0U, 1U, 30U, 62U}) {
    EXPECT_LT(std::fabs(correlation(p(column), n(column), 0)), limit);
    EXPECT_LT(std::fabs(correlation(p(column), p(column + 1), 0)), limit);
    EXPECT_LT(std::fabs(correlation(p(column), p(column), 1)), limit);
    EXPECT_LT(std::fabs(correlation(n(column), p(column + 1), 1)), limit);
  }
}

// The noise of a column at a read does not depend on which other columns are read with it.
TEST(ReadNoise, OfAColumnDoesNotDependOnTheRegion) {
  const CrossbarConfig config = test::quiet_config(32, 15);
  const auto weights = Dice(8, "weights").codes(32 * 15);
  const auto inputs = Dice(8, "inputs").codes(32);
  for (unsigned first = 0; first < 15; ++first) {
    for (const bool four_phase : {false, true}) {
      Crossbar whole(config, 1, "tile0");
      Crossbar part(config, 1, "tile0");
      const core::TimePs now = whole.program(weights.data(), {0, 32, 0, 15}, 0).duration_ps;
      part.program(weights.data(), {0, 32, 0, 15}, 0);
      const ReadMode mode{8, four_phase, 0};
      for (int read = 0; read < 3; ++read) {
        const Counts all = test::run(whole, inputs, 0, {0, 32, 0, 15}, mode, now);
        const Counts some = test::run(part, inputs, 0, {0, 32, first, 15 - first}, mode, now);
        for (unsigned i = 0; i < 15 - first; ++i) {
          ASSERT_EQ(some.cp[i], all.cp[first + i]);
          ASSERT_EQ(some.cn[i], all.cn[first + i]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace aimc::analog
