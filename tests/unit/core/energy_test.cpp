#include "models/core/energy.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace aimc::core {
namespace {

TEST(EnergyMeter, AddsPostsPerAccount) {
  EnergyMeter meter;
  const EnergyAccount adc = meter.open("tile0/adc", "conversion");
  const EnergyAccount dac = meter.open("tile0/dac", "pulse");
  meter.post(adc, 1.5);
  meter.post(adc, 2.0, 3);
  meter.post(dac, 0.25, 2);

  const auto& entries = meter.entries();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].component, "tile0/adc");
  EXPECT_EQ(entries[0].activity, "conversion");
  EXPECT_EQ(entries[0].count, 4U);
  EXPECT_DOUBLE_EQ(entries[0].joules, 3.5);
  EXPECT_EQ(entries[1].count, 2U);
  EXPECT_DOUBLE_EQ(meter.total_j(), 3.75);
}

TEST(EnergyMeter, SameNameIsTheSameAccount) {
  EnergyMeter meter;
  const EnergyAccount first = meter.open("host", "instruction");
  const EnergyAccount again = meter.open("host", "instruction");
  const EnergyAccount other = meter.open("host", "leakage");
  EXPECT_EQ(first.index, again.index);
  EXPECT_NE(first.index, other.index);
}

TEST(EnergyMeter, ProvidersRunBeforeReading) {
  EnergyMeter meter;
  const EnergyAccount leakage = meter.open("host", "leakage");
  double seconds = 0.0;
  meter.add_provider([&] { meter.set(leakage, seconds * 2.0, 1); });
  seconds = 3.0;
  EXPECT_DOUBLE_EQ(meter.total_j(), 6.0);
  seconds = 5.0;  // replaced, not added up
  EXPECT_DOUBLE_EQ(meter.entries()[leakage.index].joules, 10.0);
}

TEST(EnergyMeter, EmptyMeterIsZero) {
  EnergyMeter meter;
  EXPECT_TRUE(meter.entries().empty());
  EXPECT_EQ(meter.total_j(), 0.0);
}

}  // namespace
TEST(EnergyMeter, TellsAnObserverOfWhatTookLongerThanItAskedFor) {
  struct Observer : EnergyObserver {
    void on_energy(EnergyAccount account, double joules, TimePs begin_ps, TimePs end_ps) override {
      told.push_back({static_cast<double>(account.index), joules, static_cast<double>(begin_ps),
                      static_cast<double>(end_ps)});
    }
    std::vector<std::array<double, 4>> told;
  } observer;
  EnergyMeter meter;
  const EnergyAccount account = meter.open("tile0/adc", "adc");
  meter.post_over(account, 1.0, 2, 0, 1000);  // nobody listens
  meter.observe(&observer, 100);
  meter.post_over(account, 2.0, 3, 1000, 1099);
  meter.post_over(account, 4.0, 5, 1000, 1100);
  meter.observe(nullptr, 0);
  meter.post_over(account, 8.0, 7, 0, 5000);
  EXPECT_EQ(meter.entries()[0].joules, 15.0);
  EXPECT_EQ(meter.entries()[0].count, 17U);
  ASSERT_EQ(observer.told.size(), 1U);
  EXPECT_EQ(observer.told[0], (std::array<double, 4>{0.0, 4.0, 1000.0, 1100.0}));
}

}  // namespace aimc::core
