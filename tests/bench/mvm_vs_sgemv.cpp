#include "tests/bench/mvm_vs_sgemv.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "models/analog/crossbar.h"
#include "models/core/random.h"

#ifdef AIMC_HAS_OPENBLAS
#include <cblas.h>
#endif

namespace aimc::analog::bench {

#ifdef AIMC_HAS_OPENBLAS
namespace {

constexpr std::size_t kRounds = 15;
constexpr double kTurnS = 0.01;
constexpr core::TimePs kIntervalPs = 1'000'000;

// Processor time of this thread, s.
double thread_time_s() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::vector<std::int8_t> random_codes(std::size_t n, const char* purpose) {
  std::vector<std::uint32_t> words(n);
  core::RandomStream(1, "bench", purpose).words(0, words.data(), n);
  std::vector<std::int8_t> codes(n);
  for (std::size_t i = 0; i < n; ++i)
    codes[i] = static_cast<std::int8_t>(static_cast<int>(words[i] % 255) - 127);
  return codes;
}

// A matrix and a vector of floats.
class Sgemv {
 public:
  Sgemv(unsigned size, CBLAS_TRANSPOSE transposed)
      : size_(static_cast<int>(size)),
        transposed_(transposed),
        matrix_(std::size_t{size} * size),
        x_(size),
        y_(size) {
    const core::RandomStream stream(1, "bench", "sgemv");
    stream.normals(0, matrix_.data(), matrix_.size());
    stream.normals(matrix_.size(), x_.data(), x_.size());
  }
  void operator()() {
    cblas_sgemv(CblasRowMajor, transposed_, size_, size_, 1.0F, matrix_.data(), size_, x_.data(), 1,
                0.0F, y_.data(), 1);
  }

 private:
  int size_;
  CBLAS_TRANSPOSE transposed_;
  std::vector<float> matrix_, x_, y_;
};

// A programmed crossbar: differential pairs, 8-bit inputs, converters with mismatch.
class Mvm {
 public:
  Mvm(unsigned size, double read_noise)
      : region_{0, size, 0, size},
        inputs_(random_codes(size, "inputs")),
        cp_(size),
        cn_(size),
        crossbar_(configuration(size, read_noise), 1, "bench") {
    const auto weights = random_codes(std::size_t{size} * size, "weights");
    now_ps_ = crossbar_.program(weights.data(), region_, 0).duration_ps;
  }
  // Several at once, as of one command.
  void announce(unsigned count) {
    crossbar_.announce(inputs_.data(), 0, count, 0, region_, {}, now_ps_);
  }
  void operator()() {
    crossbar_.mvm(inputs_.data(), 0, region_, {}, now_ps_, cp_.data(), cn_.data());
    now_ps_ += kIntervalPs;
  }

 private:
  static CrossbarConfig configuration(unsigned size, double read_noise) {
    CrossbarConfig config;
    config.rows = config.columns = size;
    config.device.read_noise = read_noise;
    return config;
  }

  Region region_;
  std::vector<std::int8_t> inputs_;
  std::vector<std::uint16_t> cp_, cn_;
  Crossbar crossbar_;
  core::TimePs now_ps_ = 0;
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

struct Contender {
  const char* name;
  std::function<void()> run;
  double gate = 0.0;           // least ratio to the rate of sgemv, 0 for none
  double work = 1.0;           // products of a run
  double calls = 1.0;          // in a turn
  std::vector<double> time{};  // of a product, s, one a round
};

void take_turns(std::vector<Contender>& contenders) {
  for (Contender& contender : contenders) {
    contender.run();  // the first MVM computes what all devices conduct
    const double begin = thread_time_s();
    double calls = 0.0;
    while (thread_time_s() - begin < kTurnS) {
      contender.run();
      ++calls;
    }
    contender.calls = calls;
  }
  for (std::size_t round = 0; round < kRounds; ++round) {
    for (Contender& contender : contenders) {
      contender.run();  // brings its memory into the caches
      const double begin = thread_time_s();
      for (double call = 0.0; call < contender.calls; ++call) contender.run();
      contender.time.push_back((thread_time_s() - begin) / contender.calls / contender.work);
    }
  }
}

bool report(unsigned size, const std::vector<Contender>& contenders, bool gate) {
  bool met = true;
  for (const Contender& contender : contenders) {
    std::array<double, 2> ratios{};
    for (std::size_t reference = 0; reference < ratios.size(); ++reference) {
      std::vector<double> of_rounds;
      for (std::size_t round = 0; round < kRounds; ++round)
        of_rounds.push_back(contenders[reference].time[round] / contender.time[round]);
      ratios[reference] = median(of_rounds);
    }
    const bool short_of = contender.gate > 0.0 && ratios[0] < contender.gate;
    met = met && !short_of;
    std::printf("%5u  %-28s %8.2f us %8.1f k/s   %5.2f   %5.2f", size, contender.name,
                median(contender.time) * 1e6, 1e-3 / median(contender.time), ratios[0], ratios[1]);
    if (gate && contender.gate > 0.0)
      std::printf("   gate %.1f: %s", contender.gate, short_of ? "MISSED" : "met");
    std::printf("\n");
  }
  return met;
}

}  // namespace

int compare_with_sgemv(bool gate) {
  openblas_set_num_threads(1);
  std::printf("OpenBLAS kernels: %s. Ratios: rate to that of sgemv, and of sgemv transposed.\n",
              openblas_get_corename());
  bool met = true;
  for (const unsigned size : {256U, 512U, 1024U}) {
    const double noisy = size == 256 ? 0.6 : size == 512 ? 0.8 : 0.5;
    std::vector<Contender> contenders;
    contenders.push_back({"sgemv", Sgemv(size, CblasNoTrans), 0.0});
    contenders.push_back({"sgemv transposed", Sgemv(size, CblasTrans), 0.0});
    Mvm with_noise(size, 1.0);
    Mvm without_noise(size, 0.0);
    contenders.push_back({"MVM", [&] { with_noise(); }, noisy});
    contenders.push_back(
        {"MVM without read noise", [&] { without_noise(); }, size < 1024 ? 1.0 : 0.0});
    const auto four = [](Mvm& mvm) {
      mvm.announce(4);
      for (int i = 0; i < 4; ++i) mvm();
    };
    contenders.push_back({"MVM, four a command", [&] { four(with_noise); }, 0.0, 4.0});
    contenders.push_back({"  without read noise", [&] { four(without_noise); }, 0.0, 4.0});
    take_turns(contenders);
    met = report(size, contenders, gate) && met;
  }
  return gate && !met ? 1 : 0;
}

#else

int compare_with_sgemv(bool /*gate*/) {
  std::fprintf(stderr, "built without OpenBLAS (libopenblas-dev): nothing to compare with\n");
  return 2;
}

#endif

}  // namespace aimc::analog::bench
