#include "models/core/jobs.h"

#include <utility>

namespace aimc::core {
namespace {

/// Looks at a flag before a thread goes to sleep: some tens of microseconds, which is several jobs
/// and several times what a wake-up costs.
constexpr unsigned kSpins = 1000;

void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

}  // namespace

JobPool::JobPool(unsigned threads) {
  for (unsigned i = 1; i < threads; ++i) workers_.emplace_back([this] { work(); });
}

JobPool::~JobPool() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
  }
  job_queued_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void JobPool::execute(Job& job) {
  try {
    job.run();
  } catch (...) {
    job.error_ = std::current_exception();
  }
}

void JobPool::start(Job& job) {
  if (workers_.empty()) {
    execute(job);
    job.state_ = Job::State::kDone;
    return;
  }
  bool wake = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    job.state_ = Job::State::kQueued;
    job.previous_ = newest_;
    job.next_ = nullptr;
    (newest_ != nullptr ? newest_->next_ : oldest_) = &job;
    newest_ = &job;
    ++queued_;
    wake = worth_waking();
  }
  if (wake) job_queued_.notify_one();
}

/// Takes a job out of the queue; the mutex is held.
void JobPool::remove(Job& job) {
  (job.previous_ != nullptr ? job.previous_->next_ : oldest_) = job.next_;
  (job.next_ != nullptr ? job.next_->previous_ : newest_) = job.previous_;
  --queued_;
  job.state_ = Job::State::kRunning;
}

/// The mutex is held.
Job* JobPool::take_oldest() {
  Job* const job = oldest_;
  if (job != nullptr) remove(*job);
  return job;
}

void JobPool::finish(Job& job) {
  const auto done = [&job] { return job.state_.load() == Job::State::kDone; };
  while (!done()) {
    // The job itself if nobody has begun it, or else another one that has to be done anyway.
    Job* mine = nullptr;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (job.state_.load() == Job::State::kQueued) {
        mine = &job;
        remove(job);
      } else if (!done()) {
        mine = take_oldest();
      }
    }
    if (mine != nullptr) {
      execute(*mine);
      mine->state_ = Job::State::kDone;
      continue;
    }
    for (unsigned spin = 0; spin < kSpins && !done(); ++spin) relax();
    if (done()) break;
    std::unique_lock<std::mutex> lock(mutex_);
    caller_sleeps_ = true;
    job_done_.wait(lock, done);
    caller_sleeps_ = false;
  }
  job.state_ = Job::State::kIdle;
  if (job.error_) std::rethrow_exception(std::exchange(job.error_, nullptr));
}

void JobPool::work() {
  while (!closing_) {
    wait_for_job();
    Job* job = nullptr;
    bool wake = false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      job = take_oldest();
      wake = worth_waking();
    }
    if (job == nullptr) continue;
    if (wake) job_queued_.notify_one();
    execute(*job);
    bool caller_sleeps = false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      job->state_ = Job::State::kDone;
      caller_sleeps = caller_sleeps_;
    }
    if (caller_sleeps) job_done_.notify_one();
  }
}

void JobPool::wait_for_job() {
  for (unsigned spin = 0; spin < kSpins; ++spin) {
    if (queued_ != 0 || closing_) return;
    relax();
  }
  std::unique_lock<std::mutex> lock(mutex_);
  ++asleep_;
  job_queued_.wait(lock, [this] { return queued_ != 0 || closing_; });
  --asleep_;
}

}  // namespace aimc::core
