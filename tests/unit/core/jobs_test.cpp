#include "models/core/jobs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace aimc::core {
namespace {

/// Adds up numbers for a while.
class Sum : public Job {
 public:
  std::uint64_t from = 0;
  std::uint64_t count = 0;
  std::uint64_t result = 0;
  std::thread::id thread;

 private:
  void run() override {
    thread = std::this_thread::get_id();
    result = 0;
    for (std::uint64_t i = 0; i < count; ++i) result += from + i;
  }
};

class Throwing : public Job {
  void run() override { throw std::runtime_error("no"); }
};

std::uint64_t expected(const Sum& sum) {
  return sum.count * sum.from + sum.count * (sum.count - 1) / 2;
}

class Jobs : public ::testing::TestWithParam<unsigned> {};

TEST_P(Jobs, AreAllDoneWhateverTheOrderInWhichTheyAreAskedFor) {
  JobPool pool(GetParam());
  EXPECT_EQ(pool.threads(), GetParam());
  std::mt19937 random(1);
  std::vector<std::unique_ptr<Sum>> jobs;
  for (unsigned i = 0; i < 64; ++i) jobs.push_back(std::make_unique<Sum>());
  std::vector<Sum*> started;
  for (unsigned round = 0; round < 20000; ++round) {
    Sum& job = *jobs[random() % jobs.size()];
    const auto found = std::find(started.begin(), started.end(), &job);
    if (found == started.end()) {
      job.from = random();
      job.count = 1 + random() % 2000;
      pool.start(job);
      started.push_back(&job);
    } else {
      started.erase(found);
      pool.finish(job);
      ASSERT_EQ(job.result, expected(job)) << "round " << round;
    }
  }
  for (Sum* job : started) {
    pool.finish(*job);
    EXPECT_EQ(job->result, expected(*job));
  }
}

TEST_P(Jobs, AreDoneAfterTheWorkersHaveGoneToSleep) {
  JobPool pool(GetParam());
  std::vector<std::unique_ptr<Sum>> jobs;
  for (unsigned i = 0; i < 8; ++i) jobs.push_back(std::make_unique<Sum>());
  for (unsigned round = 0; round < 3; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    for (const auto& job : jobs) {
      job->count = 100000;
      pool.start(*job);
    }
    for (const auto& job : jobs) {
      pool.finish(*job);
      EXPECT_EQ(job->result, expected(*job));
    }
  }
}

TEST_P(Jobs, ThrowWhereTheyAreFinished) {
  JobPool pool(GetParam());
  Throwing job;
  for (unsigned round = 0; round < 3; ++round) {
    pool.start(job);
    EXPECT_THROW(pool.finish(job), std::runtime_error);
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, Jobs, ::testing::Values(1U, 2U, 3U, 8U),
                         ::testing::PrintToStringParamName());

TEST(JobPool, OneThreadIsTheCallers) {
  JobPool pool(1);
  Sum job;
  job.count = 10;
  pool.start(job);
  EXPECT_EQ(job.thread, std::this_thread::get_id());
  pool.finish(job);
}

TEST(JobPool, WorkersTakeJobsWhileTheCallerDoesOtherThings) {
  JobPool pool(2);
  std::vector<std::unique_ptr<Sum>> jobs;
  for (unsigned i = 0; i < 2; ++i) jobs.push_back(std::make_unique<Sum>());
  for (const auto& job : jobs) {
    job->count = 10;
    pool.start(*job);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  for (const auto& job : jobs) pool.finish(*job);
  EXPECT_NE(jobs[0]->thread, std::this_thread::get_id());
}

}  // namespace
}  // namespace aimc::core
