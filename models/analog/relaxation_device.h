#pragma once

#include <array>
#include <vector>

#include "models/analog/device_model.h"

namespace aimc::analog {

/// A device whose conductance has a mean and a spread that are functions of level and time:
/// resistive memory, magnetic memory, charge trapping, and anything measured in this form.
///
/// At t, with m and s of its level (linear in level and in ln t between the times given, held
/// outside of them) and s0 the spread at the first time:
///
///   g = max(0, m + min(s, s0) programming_noise z1 + sqrt(max(0, s^2 - s0^2)) z2)
///
/// z1 is drawn by programming, z2 is where the device relaxes to; both are kept, so that a device
/// has one history. A read adds noise of read_fraction(m0 / g_max) m0 growth(t), m0 being the mean
/// at the first time. With binary cells m, s and the noise are those of seven cells in the states
/// of the magnitude's bits, weighted 64 .. 1 over 127.
///
/// The words are z1, and level and z2 (7 and 9 bits).
class RelaxationDevice final : public DeviceModel {
 public:
  explicit RelaxationDevice(const DeviceConfig& config);

  DeviceWords program(unsigned magnitude, float programming, float drift) const override;
  void read_moments(double time_ratio, const std::uint16_t* first, const std::uint16_t* second,
                    std::size_t n, float* mean_us, float* variance_us2) const override;
  DeviceRead unlimited_read(double time_ratio, DeviceWords words) const override;
  double programmed_us(DeviceWords words) const override;
  double mean_limit_us() const override;
  double variance_limit_us2(double age_s) const override;

 private:
  template <typename Value>
  using PerLevel = std::array<Value, kDeviceLevels>;
  struct Knot {
    double log_time = 0.0;
    PerLevel<double> mean_us{};
    PerLevel<double> spread_us{};
  };
  /// A level at one time.
  struct Level {
    float mean_us, programming_us, relaxation_us, noise_us;
  };

  Knot curve_knot(const TimedCurve& curve) const;
  Knot table_knot(std::size_t time) const;
  double composed(unsigned magnitude, double off, double on, bool squares) const;
  PerLevel<Level> levels_at(double t_s) const;

  DeviceConfig config_;
  std::vector<Knot> knots_;
  PerLevel<double> noise_us_{};
};

}  // namespace aimc::analog
