#include "models/noc/courier.h"

#include <deque>

#include "models/noc/engine.h"

namespace aimc::noc {

namespace {

std::vector<Node> destinations_of(const std::vector<Parcel*>& parcels) {
  std::vector<Node> destinations;
  destinations.reserve(parcels.size());
  for (const Parcel* parcel : parcels) destinations.push_back(parcel->packet.destination);
  return destinations;
}

class ReservingCourier final : public Courier {
 public:
  ReservingCourier(const NocConfig& config, ParcelObserver& observer)
      : clock_(config.clock_mhz), network_(make_lt_network(config)), observer_(observer) {}

  void send(Parcel& parcel) override {
    // Reservations may be forgotten by kernel time only: other initiators' local times can be
    // anywhere after it.
    network_->retire_before(clock_.cycle_at_or_after(sc_core::sc_time_stamp().value()));
    parcel.delivery = network_->send(parcel.packet);
    parcel.arrived = true;
    observer_.delivered(parcel);
  }
  void send_multicast(const std::vector<Parcel*>& parcels) override {
    network_->retire_before(clock_.cycle_at_or_after(sc_core::sc_time_stamp().value()));
    const auto deliveries =
        network_->send_multicast(parcels.front()->packet, destinations_of(parcels));
    for (std::size_t i = 0; i < parcels.size(); ++i) {
      parcels[i]->delivery = deliveries[i];
      parcels[i]->arrived = true;
      observer_.delivered(*parcels[i]);
    }
  }
  const NetworkCounters& counters() const override { return network_->counters(); }
  std::vector<LinkUse> link_use() const override { return network_->link_use(); }

 private:
  core::Clock clock_;
  std::unique_ptr<Network> network_;
  ParcelObserver& observer_;
};

/// Runs an engine along with the kernel: one event, at the next cycle something can arrive.
class RunningCourier final : public sc_core::sc_module, public Courier {
 public:
  RunningCourier(const sc_core::sc_module_name& name, const NocConfig& config,
                 std::unique_ptr<PacketEngine> engine, ParcelObserver& observer)
      : sc_module(name), clock_(config.clock_mhz), engine_(std::move(engine)), observer_(observer) {
    SC_HAS_PROCESS(RunningCourier);
    SC_METHOD(advance);
    sensitive << due_;
    dont_initialize();
  }

  void send(Parcel& parcel) override {
    parcel.arrived = false;
    const PacketId id = engine_->inject(parcel.packet);
    if (under_way_.empty()) first_ = id;
    under_way_.push_back(&parcel);
    await_next();
  }
  void send_multicast(const std::vector<Parcel*>& parcels) override {
    for (Parcel* parcel : parcels) parcel->arrived = false;
    const PacketId id =
        engine_->inject_multicast(parcels.front()->packet, destinations_of(parcels));
    if (under_way_.empty()) first_ = id;
    under_way_.insert(under_way_.end(), parcels.begin(), parcels.end());
    await_next();
  }
  const NetworkCounters& counters() const override { return engine_->counters(); }
  std::vector<LinkUse> link_use() const override { return engine_->link_use(); }

 private:
  void advance() {
    engine_->advance_to(sc_core::sc_time_stamp().value() / clock_.period_ps());
    Completion completion;
    while (engine_->poll(completion)) {
      Parcel*& entry = under_way_[completion.id - first_];
      Parcel& parcel = *entry;
      entry = nullptr;
      parcel.delivery = completion.delivery;
      parcel.arrived = true;
      observer_.delivered(parcel);
      parcel.arrival->notify();
    }
    while (!under_way_.empty() && under_way_.front() == nullptr) {
      under_way_.pop_front();
      ++first_;
    }
    await_next();
  }

  void await_next() {
    const std::uint64_t next = engine_->next_event_cycle();
    if (next == PacketEngine::kNever) return;
    const auto time = sc_core::sc_time::from_value(clock_.time_of(next));
    due_.notify(time - sc_core::sc_time_stamp());
  }

  core::Clock clock_;
  std::unique_ptr<PacketEngine> engine_;
  ParcelObserver& observer_;
  sc_core::sc_event due_{"due"};
  std::deque<Parcel*> under_way_;  // by id from first_ on; nullptr when arrived
  PacketId first_ = 0;
};

}  // namespace

std::unique_ptr<Courier> make_courier(const NocConfig& config, ParcelObserver& observer) {
  switch (config.engine) {
    case Engine::kAt:
      return std::make_unique<RunningCourier>("engine", config, make_at_engine(config), observer);
    case Engine::kFlit:
      return std::make_unique<RunningCourier>("engine", config, make_flit_engine(config), observer);
    default:
      return std::make_unique<ReservingCourier>(config, observer);
  }
}

}  // namespace aimc::noc
