#include "platform/soc/history.h"

#include <algorithm>
#include <utility>

namespace aimc::platform {
namespace {

/// Takes `count` neighbours at a time together.
void merge(std::vector<double>& bins, std::size_t count) {
  std::vector<double> merged((bins.size() + count - 1) / count);
  for (std::size_t i = 0; i < bins.size(); ++i) merged[i / count] += bins[i];
  bins = std::move(merged);
}

}  // namespace

std::size_t History::open(std::string name) {
  names_.push_back(std::move(name));
  amounts_.emplace_back();
  return names_.size() - 1;
}

void History::make_room(core::TimePs last_ps) {
  while (last_ps / width_ps_ >= max_bins_) {
    for (std::vector<double>& bins : amounts_) merge(bins, 2);
    width_ps_ *= 2;
  }
}

void History::add(std::size_t series, core::TimePs begin_ps, core::TimePs end_ps, double amount) {
  if (amount == 0.0) return;
  const core::TimePs last_ps = end_ps > begin_ps ? end_ps - 1 : begin_ps;
  make_room(last_ps);
  const std::size_t first = begin_ps / width_ps_;
  const std::size_t last = last_ps / width_ps_;
  std::vector<double>& bins = amounts_[series];
  if (bins.size() <= last) bins.resize(last + 1);
  if (first == last) {
    bins[first] += amount;
    return;
  }
  const double per_ps = amount / static_cast<double>(end_ps - begin_ps);
  double rest = amount;
  for (std::size_t bin = first; bin < last; ++bin) {
    const core::TimePs from = std::max<core::TimePs>(begin_ps, bin * width_ps_);
    const double part = per_ps * static_cast<double>((bin + 1) * width_ps_ - from);
    bins[bin] += part;
    rest -= part;
  }
  bins[last] += rest;
}

void History::close(core::TimePs end_ps) {
  make_room(end_ps == 0 ? 0 : end_ps - 1);
  end_ps_ = end_ps;
  bins_ = std::max<std::size_t>(1, (end_ps + width_ps_ - 1) / width_ps_);
  for (std::vector<double>& bins : amounts_) {
    for (; bins.size() > bins_; bins.pop_back()) bins[bins_ - 1] += bins.back();
  }
}

History History::coarser(std::size_t bins) const {
  History result(*this);
  if (bins <= 1) return result;
  for (std::vector<double>& amounts : result.amounts_) merge(amounts, bins);
  result.width_ps_ *= bins;
  result.bins_ = (bins_ + bins - 1) / bins;
  return result;
}

}  // namespace aimc::platform
