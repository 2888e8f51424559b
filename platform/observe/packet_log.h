#pragma once

#include <string>

#include "models/noc/packet_observer.h"
#include "platform/observe/output_file.h"

namespace aimc::observe {

/// packets.csv: the packets a run's network took, in a form `aimc-vp noc` replays.
class PacketLog final : public noc::PacketObserver {
 public:
  /// Throws OutputError.
  explicit PacketLog(std::string path);
  void sent(const noc::Packet& packet) override;
  /// Completes the file. Throws OutputError.
  void commit() { file_.commit(); }

 private:
  OutputFile file_;
};

}  // namespace aimc::observe
