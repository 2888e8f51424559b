#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace aimc::core {

/// A piece of work that touches nothing others touch between JobRunner::start and
/// JobRunner::finish. Whoever owns it keeps it alive and in place in between.
class Job {
 public:
  Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  virtual ~Job() = default;

 private:
  friend class JobPool;
  enum class State : unsigned char { kIdle, kQueued, kRunning, kDone };

  virtual void run() = 0;

  std::atomic<State> state_{State::kIdle};
  std::exception_ptr error_;
  Job* previous_ = nullptr;  // neighbours in the queue
  Job* next_ = nullptr;
};

/// Does jobs: at once, or in other threads while its user goes on.
class JobRunner {
 public:
  virtual ~JobRunner() = default;
  /// Hands a job over. It must not be handed over again before finish().
  virtual void start(Job& job) = 0;
  /// Returns when the job has been done; throws what it threw.
  virtual void finish(Job& job) = 0;
};

/// Threads that do jobs, the oldest first. The thread that calls start() and finish() is one of
/// them: it works while it waits. All calls come from that one thread.
///
/// Jobs may be as short as some microseconds. An idle worker therefore looks out for the next one
/// for a short while before it sleeps, and is only woken when there is more than the caller will do
/// by itself: jobs that come one at a time never pay for a wake-up.
class JobPool : public JobRunner {
 public:
  /// @param threads including the caller's, >= 1; with 1, start() does the job itself
  explicit JobPool(unsigned threads);
  JobPool(const JobPool&) = delete;
  JobPool& operator=(const JobPool&) = delete;
  /// All jobs must have been finished.
  ~JobPool() override;

  void start(Job& job) override;
  void finish(Job& job) override;
  /// Threads including the caller's.
  unsigned threads() const { return static_cast<unsigned>(workers_.size()) + 1; }

 private:
  void work();
  void wait_for_job();
  void remove(Job& job);
  Job* take_oldest();
  bool worth_waking() const { return asleep_ != 0 && queued_.load() > 1; }
  static void execute(Job& job);

  std::mutex mutex_;
  std::condition_variable job_queued_;
  std::condition_variable job_done_;
  Job* oldest_ = nullptr;
  Job* newest_ = nullptr;
  std::atomic<std::size_t> queued_{0};  // changed under the mutex
  unsigned asleep_ = 0;
  bool caller_sleeps_ = false;
  std::atomic<bool> closing_{false};
  std::vector<std::thread> workers_;
};

}  // namespace aimc::core
