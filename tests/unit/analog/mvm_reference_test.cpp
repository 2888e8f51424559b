// Deterministic products of other tools, put together from the converters' own building blocks.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/analog/converters/quantise.h"
#include "tests/unit/analog/reference_file.h"

namespace aimc::analog {
namespace {

using Vector = std::vector<double>;

/// Numbers k / 128, k = -127 .. 127, from the generator the reference results name.
Vector generated(std::uint32_t seed, std::size_t n) {
  Vector values(n);
  std::uint32_t state = seed;
  for (double& value : values) {
    state = 1664525U * state + 1013904223U;
    value = (static_cast<int>((state >> 16U) % 255U) - 127) / 128.0;
  }
  return values;
}

unsigned number(const std::string& text) {
  return static_cast<unsigned>(std::stoul(text));
}

struct Product {
  std::string name;
  std::size_t outputs;
  std::size_t inputs;
  Vector weights;  ///< row-major, a row an output
  Vector x;
  Vector expected;

  explicit Product(const nlohmann::json& row)
      : name(row.at("name")),
        outputs(row.at("n_out")),
        inputs(row.at("n_in")),
        weights(generated(row.at("W_seed"), outputs * inputs)),
        x(generated(row.at("x_seed"), inputs)),
        expected(row.at("y").get<Vector>()) {}

  Vector multiply(const Vector& w, const Vector& v) const {
    Vector y(outputs);
    for (std::size_t i = 0; i < outputs; ++i) {
      for (std::size_t j = 0; j < inputs; ++j) y[i] += w[i * inputs + j] * v[j];
    }
    return y;
  }
};

Vector mapped(Vector values, const std::function<double(double)>& function) {
  for (double& value : values) value = function(value);
  return values;
}

/// Sign and magnitude: 2^bits - 1 levels over -bound .. bound.
double converted(double value, double bound, unsigned bits) {
  const double top = std::ldexp(1.0, static_cast<int>(bits) - 1) - 1.0;
  return std::copysign(to_code(std::fabs(value) / bound * top, top) / top * bound, value);
}

/// A device of 2^bits levels between 0.01 and 1 that is meant to conduct g: the level it gets. In
/// single precision, as the tool keeps conductances, which decides where two levels are as near.
double device_level(float g, unsigned bits) {
  const float top = std::ldexp(1.0F, static_cast<int>(bits)) - 1.0F;
  return to_code(static_cast<double>((g - 0.01F) * (top / 0.99F)), static_cast<double>(top));
}

/// Differential pairs of such devices, one of them at the lowest level.
Vector differential(const Product& product, unsigned bits) {
  const double top = std::ldexp(1.0, static_cast<int>(bits)) - 1.0;
  return mapped(product.weights, [&](double w) {
    const float g = 0.01F + std::fabs(static_cast<float>(w)) * 0.99F;
    return std::copysign(device_level(g, bits) / top, w);
  });
}

/// Seven-bit magnitudes over `slices` devices: products of the slices, shifted and added.
Vector sliced(const Product& product, unsigned slices) {
  const unsigned bits = (7 + slices - 1) / slices;
  Vector sum(product.outputs);
  for (unsigned slice = 0; slice < slices; ++slice) {
    const Vector digits = mapped(product.weights, [&](double w) {
      const auto magnitude = static_cast<unsigned>(to_code(std::fabs(w) * 127.0, 127.0));
      return std::copysign(slice_digit(magnitude, bits, slice), w);
    });
    const Vector part = product.multiply(digits, product.x);
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += std::ldexp(part[i], static_cast<int>(bits * slice)) / 127.0;
    }
  }
  return sum;
}

/// Single devices of 8 bits around a middle level, which is taken off after the conversion. The
/// lowest of the 256 levels is left unused, so that there is one in the middle, and what this costs
/// of the range is not given back.
Vector offset(const Product& product) {
  const float range = 0.99F * 254.0F / 255.0F;
  const Vector levels = mapped(product.weights, [&](double w) {
    return device_level(range * (static_cast<float>(w) / 2.0F + 0.5F) + (1.0F - range), 8);
  });
  Vector y = product.multiply(levels, product.x);
  double sum = 0.0;
  for (const double x : product.x) sum += x;
  for (double& value : y) value = (value - 128.0 * sum) / 127.5;
  return y;
}

TEST(MvmReference, CrossSim) {
  const auto reference = test::reference_results("crosssim_mvm.json");
  if (!reference) GTEST_SKIP() << "AIMC_SHARED does not name the folder of reference results";
  // Converters there see differential conductances of 0.01 .. 1.
  constexpr double kSpan = 0.99;
  int compared = 0;
  for (const auto& row : *reference) {
    const Product product(row);
    const std::string& name = product.name;
    const auto n = static_cast<double>(product.inputs);
    Vector y = product.multiply(product.weights, product.x);
    const auto convert = [&](double bound, unsigned bits) {
      return mapped(y, [&](double v) { return converted(v * kSpan, bound, bits) / kSpan; });
    };
    const auto driven = [&](unsigned bits) {
      return mapped(product.x, [&](double x) { return converted(x, 1.0, bits); });
    };
    if (name.rfind("wq", 0) == 0) {
      y = product.multiply(differential(product, number(name.substr(2)) - 1), product.x);
    } else if (name.rfind("dac", 0) == 0) {
      y = product.multiply(product.weights, driven(number(name.substr(3))));
    } else if (name.rfind("adc", 0) == 0) {
      const std::string note = row.at("note");
      y = convert(std::stod(note.substr(note.find("+-") + 2)), number(name.substr(3)));
    } else if (name == "w8_dac8_adc8_MAX") {
      y = product.multiply(differential(product, 7), driven(8));
      y = convert(n, 8);
    } else if (name.rfind("bitslice", 0) == 0) {
      y = sliced(product, number(name.substr(8)));
    } else if (name == "offset8") {
      y = offset(product);
    } else {
      ASSERT_EQ(name, "ideal_balanced");
    }
    for (std::size_t i = 0; i < y.size(); ++i) {
      EXPECT_NEAR(y[i], product.expected[i], 1e-6) << name << " of " << n << ", output " << i;
    }
    ++compared;
  }
  EXPECT_EQ(compared, 36);
}

/// aihwkit: resolutions are steps relative to the whole range, -bound .. bound.
double stepped(double value, double bound, double resolution) {
  if (resolution <= 0.0) return value;
  const auto bits = static_cast<unsigned>(std::lround(std::log2(1.0 / resolution + 2.0)));
  return converted(value, bound, bits);
}

TEST(MvmReference, Aihwkit) {
  const auto reference = test::reference_results("aihwkit_mvm.json");
  if (!reference) GTEST_SKIP() << "AIMC_SHARED does not name the folder of reference results";
  int compared = 0;
  int edges = 0;
  for (const auto& row : *reference) {
    const Product product(row);
    const auto& parameters = row.at("params");
    if (parameters.contains("ir_drop")) continue;  // a closed form; nodal analysis is what is right
    const auto parameter = [&](const char* name) { return parameters.value(name, 0.0); };
    const double bound = parameter("out_bound");
    double largest = 1.0;  // of the inputs, where they are scaled by it before and after
    if (parameters.contains("noise_management")) {
      largest = 0.0;
      for (const double x : product.x) largest = std::max(largest, std::fabs(x));
    }
    const Vector x = mapped(
        product.x, [&](double v) { return stepped(v / largest, 1.0, parameter("inp_res")); });
    Vector y = product.multiply(product.weights, x);
    double sum = 0.0;
    for (const double v : x) sum += v;
    double scale = 1.0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double series = parameter("r_series");
      // Weights there are -1 .. 1 over devices of one sign, against a column of -1.
      if (series > 0.0) y[i] = compressed(y[i] + sum, series) - compressed(sum, series);
      if (bound > 0.0) y[i] = compressed(y[i], parameter("out_nonlinearity") / bound);
      const double analog = y[i];
      y[i] = largest * stepped(analog, bound, parameter("out_res"));
      scale = std::max(scale, std::fabs(y[i]));
      // Where the analog value lies between two steps, single precision may take the other.
      const double lsb = 2.0 * bound * parameter("out_res");
      if (lsb > 0.0 && std::fabs(std::fabs(std::remainder(analog, lsb)) - lsb / 2.0) < 1e-6 * lsb) {
        const double other = y[i] + std::copysign(lsb * largest, largest * analog - y[i]);
        if (std::fabs(product.expected[i] - other) < lsb / 2.0) y[i] = other;
        ++edges;
      }
    }
    for (std::size_t i = 0; i < y.size(); ++i) {  // single precision sums there
      EXPECT_NEAR(y[i], product.expected[i], 1e-6 * scale)
          << product.name << " of " << product.inputs << ", output " << i;
    }
    ++compared;
  }
  EXPECT_EQ(compared, 32);
  EXPECT_LE(edges, 2);
}

}  // namespace
}  // namespace aimc::analog
