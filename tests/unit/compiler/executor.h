#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "firmware/runtime/network_image.h"
#include "models/core/energy.h"
#include "models/core/probe.h"
#include "models/tile/engine.h"
#include "platform/compiler/compiler.h"
#include "platform/compiler/graph.h"
#include "platform/network/interpreter.h"

namespace aimc::test {

/// Executes the image of a compiled network as the runtime would, on tiles without errors: its
/// fetches, tile programs and steps of the host, one step after the other.
class Executor {
 public:
  Executor(const network::Network& network, const compiler::Chip& chip,
           std::vector<std::uint8_t> image);

  /// Outputs and logits of every sample, elements in C order.
  struct Results {
    std::vector<std::vector<std::int8_t>> outputs, logits;
  };
  Results run(const std::vector<std::vector<std::int8_t>>& samples);

  /// MVMs and multiply-accumulates of all tiles so far.
  std::uint64_t mvms() const;
  std::uint64_t macs() const;

 private:
  struct Tile {
    std::unique_ptr<tile::TileEngine> engine;
    std::vector<tile::CommandWords> program;
    std::vector<std::uint32_t> semaphores = std::vector<std::uint32_t>(tile::kSemaphores);
  };
  /// A job on its way through its program.
  struct Thread {
    Tile* tile;
    std::uint32_t pc;
    bool ended = false;
  };

  template <typename T>
  std::vector<T> list(const aimc_net_list& where) const;
  template <typename T>
  T at(std::uint32_t offset) const;
  std::uint8_t* memory(std::uint32_t address, std::size_t bytes);
  Tile& tile(std::uint32_t index);
  void load(std::uint32_t epoch);
  void load_block(const aimc_net_block& block);
  /// Where a tensor of an image is read, and written.
  std::uint8_t* read_place(std::uint32_t tensor, std::uint32_t epoch, std::size_t image);
  std::uint8_t* write_place(std::uint32_t tensor, std::size_t image);
  void run_step(const aimc_net_step& step, std::size_t image);
  void run_group(const aimc_net_step& step, const aimc_net_group& group, std::size_t image);
  void fetch(const aimc_net_fetch& fetch, Tile& to, std::uint32_t epoch, std::size_t image);
  void run_host(const aimc_net_step& step, std::size_t image);
  /// One command; false when the thread waits.
  bool advance(Thread& thread);
  void put(std::uint32_t address, const std::uint8_t* bytes, std::size_t count);

  const network::Network& network_;
  compiler::Chip chip_;
  compiler::Graph graph_;
  network::Interpreter interpreter_;
  std::vector<std::uint8_t> image_;
  aimc_net_header header_{};
  std::vector<aimc_net_tensor> tensors_;
  std::vector<std::uint32_t> written_;  // epoch, by tensor
  std::vector<std::vector<std::uint8_t>> given_;
  std::map<std::uint32_t, std::vector<std::vector<std::uint8_t>>> kept_;
  std::vector<std::uint8_t> workspace_;
  core::EnergyMeter energy_;
  core::Probe probe_;
  std::map<std::uint32_t, Tile> tiles_;
};

}  // namespace aimc::test
