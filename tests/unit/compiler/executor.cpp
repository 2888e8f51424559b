#include "tests/unit/compiler/executor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "platform/compiler/host_steps.h"
#include "platform/compiler/plan.h"
#include "platform/compiler/verify.h"

namespace aimc::test {

namespace r = regs::tile;

Executor::Executor(const network::Network& network, const compiler::Chip& chip,
                   std::vector<std::uint8_t> image)
    : network_(network),
      chip_(chip),
      graph_(compiler::make_graph(network, chip)),
      interpreter_(network, network::Rounding::kDouble),
      image_(std::move(image)) {
  chip_.tile.crossbar.mode = analog::AnalogMode::kIdeal;
  header_ = at<aimc_net_header>(0);
  EXPECT_NO_THROW(compiler::verify_image(image_, chip));
  tensors_ = list<aimc_net_tensor>(header_.tensors);
  written_.assign(tensors_.size(), 0);
  for (const aimc_net_step& step : list<aimc_net_step>(header_.steps)) {
    written_[step.output] = step.epoch;
  }
  // What nobody has written is no zero point.
  workspace_.assign(header_.workspace_bytes, 0x55);
}

template <typename T>
T Executor::at(std::uint32_t offset) const {
  T value;
  if (offset % 4 != 0 || offset + sizeof(T) > image_.size()) throw std::out_of_range("image");
  std::memcpy(&value, image_.data() + offset, sizeof value);
  return value;
}

template <typename T>
std::vector<T> Executor::list(const aimc_net_list& where) const {
  std::vector<T> elements;
  for (std::uint32_t i = 0; i < where.count; ++i) {
    elements.push_back(at<T>(where.at + i * static_cast<std::uint32_t>(sizeof(T))));
  }
  return elements;
}

std::uint8_t* Executor::memory(std::uint32_t address, std::size_t bytes) {
  const std::uint64_t offset = std::uint64_t{address} - header_.workspace_address;
  if (address < header_.workspace_address || offset + bytes > workspace_.size()) {
    throw std::out_of_range("address outside of the workspace");
  }
  return workspace_.data() + offset;
}

Executor::Tile& Executor::tile(std::uint32_t index) {
  if (index >= header_.tile_count) throw std::out_of_range("tile");
  Tile& found = tiles_[index];
  if (found.engine == nullptr) {
    found.engine =
        std::make_unique<tile::TileEngine>(chip_.tile, nmpu::make_model(chip_.tile.nmpu_format()),
                                           1, "tile" + std::to_string(index), energy_, probe_);
  }
  return found;
}

void Executor::load(std::uint32_t epoch) {
  for (auto& [index, found] : tiles_) {
    found.program.clear();
    EXPECT_TRUE(std::all_of(found.semaphores.begin(), found.semaphores.end(),
                            [](std::uint32_t value) { return value == 0; }));
  }
  for (const auto& block : list<aimc_net_block>(header_.blocks)) {
    if (block.epoch == epoch) load_block(block);
  }
  for (const auto& program : list<aimc_net_program>(header_.programs)) {
    if (program.epoch != epoch) continue;
    EXPECT_LE(program.commands.count, tile::kProgramCommands);
    tile(program.tile).program = list<tile::CommandWords>(program.commands);
  }
  for (const auto& fill : list<aimc_net_fill>(header_.fills)) {
    if (fill.epoch != epoch) continue;
    ASSERT_LE(fill.sram + fill.bytes, header_.tile_sram_bytes);
    for (std::uint32_t i = 0; i < fill.bytes; i += 4) {
      std::memcpy(tile(fill.tile).engine->sram() + fill.sram + i, &fill.word, 4);
    }
  }
}

void Executor::load_block(const aimc_net_block& block) {
  tile::TileEngine& engine = *tile(block.tile).engine;
  ASSERT_FALSE(engine.set_read_mode(block.read_mode).has_value());
  const analog::ReadMode mode{r::kReadModeMagnitudeBits.get(block.read_mode),
                              r::kReadModeFourPhase.get(block.read_mode) != 0,
                              r::kReadModeRange.get(block.read_mode)};
  const double counts = analog::Crossbar(chip_.tile.crossbar, 1, "counts").count_scale(mode);
  for (unsigned row = 0; row < block.rows; ++row) {
    for (unsigned column = 0; column < block.columns; ++column) {
      const std::size_t cell =
          std::size_t{block.first_row + row} * header_.tile_columns + block.first_column + column;
      engine.weights()[cell] =
          static_cast<std::int8_t>(image_.at(block.weights_at + row * block.columns + column));
    }
  }
  const tile::CommandWords program{1,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   block.first_row | static_cast<std::uint32_t>(block.rows) << 16U,
                                   block.first_column | static_cast<std::uint32_t>(block.columns)
                                                            << 16U};
  tile::Execution execution;
  const tile::Decoded decoded = decode(program, engine.geometry());
  ASSERT_FALSE(decoded.refusal.has_value());
  ASSERT_FALSE(engine.start(decoded.command, 0, execution).refusal.has_value());
  engine.finish(execution, 0, engine.queue_track());
  for (std::uint32_t column = 0; column < block.columns; ++column) {
    const auto scales = at<aimc_net_column>(block.columns_at + column * 8);
    const nmpu::ColumnParams params =
        compiler::column_params(static_cast<double>(scales.scale), static_cast<double>(scales.bias),
                                counts, chip_.tile.nmpu_format());
    const std::uint32_t first = 2 * (block.first_column + column);
    const auto half = [](std::int16_t value) {
      return std::uint32_t{static_cast<std::uint16_t>(value)};
    };
    ASSERT_FALSE(
        engine.write_nmpu_param(first, params.scale_p | std::uint32_t{params.scale_n} << 16U)
            .has_value());
    ASSERT_FALSE(engine.write_nmpu_param(first + 1, half(params.bias) | half(params.offset) << 16U)
                     .has_value());
  }
}

std::uint8_t* Executor::read_place(std::uint32_t tensor, std::uint32_t epoch, std::size_t image) {
  const aimc_net_tensor& what = tensors_.at(tensor);
  if (what.storage == AIMC_NET_GIVEN) return given_.at(image).data();
  if (written_[tensor] == epoch) return write_place(tensor, image);
  if (what.storage != AIMC_NET_KEPT) throw std::logic_error("tensor is gone");
  return kept_.at(tensor).at(image).data();
}

std::uint8_t* Executor::write_place(std::uint32_t tensor, std::size_t image) {
  const aimc_net_tensor& what = tensors_.at(tensor);
  const auto slot = static_cast<std::uint32_t>(image % what.slots);
  return memory(what.slots_address + slot * what.bytes, what.bytes);
}

Executor::Results Executor::run(const std::vector<std::vector<std::int8_t>>& samples) {
  given_.clear();
  kept_.clear();
  const compiler::Activation& input = graph_.activations[graph_.input];
  for (const auto& sample : samples) {
    std::vector<std::int8_t> values;
    fill_up(input, sample.data(), values);
    given_.emplace_back(values.begin(), values.end());
  }
  const auto steps = list<aimc_net_step>(header_.steps);
  const auto epochs = list<aimc_net_epoch>(header_.epochs);
  for (std::uint32_t epoch = 0; epoch < epochs.size(); ++epoch) {
    load(epoch);
    for (std::size_t image = 0; image < samples.size(); ++image) {
      for (std::uint32_t i = 0; i < epochs[epoch].steps; ++i) {
        const aimc_net_step& step = steps.at(epochs[epoch].first_step + i);
        EXPECT_EQ(step.epoch, epoch);
        run_step(step, image);
        if (tensors_[step.output].storage != AIMC_NET_KEPT) continue;
        const std::uint8_t* const from = write_place(step.output, image);
        kept_[step.output].resize(samples.size());
        kept_[step.output][image].assign(from, from + tensors_[step.output].bytes);
      }
    }
  }
  Results results;
  const auto collect = [&](std::uint32_t tensor, std::vector<std::vector<std::int8_t>>& to) {
    const compiler::Activation& what = graph_.activations[tensor];
    for (const auto& bytes : kept_.at(tensor)) {
      to.emplace_back(what.rows * what.columns * what.channels);
      take_out(what, {bytes.begin(), bytes.end()}, to.back().data());
    }
  };
  collect(header_.output, results.outputs);
  collect(header_.logits, results.logits);
  return results;
}

void Executor::run_step(const aimc_net_step& step, std::size_t image) {
  if (step.kind == AIMC_NET_HOST) return run_host(step, image);
  const auto groups = list<aimc_net_group>(header_.groups);
  for (std::uint32_t i = 0; i < step.groups; ++i) {
    run_group(step, groups.at(step.first_group + i), image);
  }
}

void Executor::run_group(const aimc_net_step& step, const aimc_net_group& group,
                         std::size_t image) {
  const auto jobs = list<aimc_net_job>(header_.jobs);
  const auto fetches = list<aimc_net_fetch>(header_.fetches);
  const std::uint32_t slot = static_cast<std::uint32_t>(image % tensors_[step.output].slots);
  std::vector<Thread> threads;
  for (std::uint32_t i = 0; i < group.jobs; ++i) {
    const aimc_net_job& job = jobs.at(group.first_job + i);
    for (std::uint32_t f = 0; f < job.fetches; ++f) {
      fetch(fetches.at(job.first_fetch + f), tile(job.tile), step.epoch, image);
    }
    if (job.done_address != 0) std::memset(memory(job.done_address, 4), 0, 4);
    threads.push_back({&tile(job.tile), job.entry + slot * job.entry_stride});
  }
  for (bool moved = true; moved;) {
    moved = false;
    for (Thread& thread : threads) {
      while (!thread.ended && advance(thread)) moved = true;
    }
  }
  for (std::uint32_t i = 0; i < group.jobs; ++i) {
    EXPECT_TRUE(threads[i].ended) << "a job waits for ever";
    const std::uint32_t done = jobs.at(group.first_job + i).done_address;
    if (done == 0) continue;
    std::uint32_t word = 0;
    std::memcpy(&word, memory(done, 4), 4);
    EXPECT_EQ(word, AIMC_NET_DONE);
  }
}

void Executor::fetch(const aimc_net_fetch& fetch, Tile& to, std::uint32_t epoch,
                     std::size_t image) {
  const std::uint8_t* const from = read_place(fetch.tensor, epoch, image);
  for (const std::uint32_t number :
       {fetch.offset, fetch.row_bytes, fetch.source_stride, fetch.sram, fetch.sram_stride}) {
    ASSERT_EQ(number % 4, 0U);
  }
  ASSERT_LE(std::uint64_t{fetch.offset} + (fetch.rows - 1) * fetch.source_stride + fetch.row_bytes,
            tensors_[fetch.tensor].bytes);
  ASSERT_LE(std::uint64_t{fetch.sram} + (fetch.rows - 1) * fetch.sram_stride + fetch.row_bytes,
            header_.tile_sram_bytes);
  for (std::uint32_t row = 0; row < fetch.rows; ++row) {
    std::memcpy(to.engine->sram() + fetch.sram + row * fetch.sram_stride,
                from + fetch.offset + row * fetch.source_stride, fetch.row_bytes);
  }
}

bool Executor::advance(Thread& thread) {
  Tile& on = *thread.tile;
  const tile::Decoded decoded =
      decode(on.program.at(thread.pc), on.engine->geometry(), tile::CommandSource::kProgram);
  if (decoded.refusal) throw std::logic_error("a command is refused");
  const tile::Command& command = decoded.command;
  switch (command.opcode) {
    case tile::Opcode::kHalt:
      thread.ended = true;
      return false;
    case tile::Opcode::kWait:
      if (on.semaphores.at(command.operand) < command.length) return false;
      on.semaphores[command.operand] -= command.length;
      break;
    case tile::Opcode::kSignal: {
      const auto amount = command.length;
      put(command.destination, reinterpret_cast<const std::uint8_t*>(&amount), 4);
      break;
    }
    case tile::Opcode::kPut:
      put(command.destination, on.engine->sram() + command.source, command.length);
      break;
    default: {
      tile::Execution execution;
      const auto start = on.engine->start(command, 0, execution);
      if (start.refusal) throw std::logic_error("a command cannot start");
      on.engine->finish(execution, start.duration_ps, on.engine->queue_track());
      break;
    }
  }
  ++thread.pc;
  return true;
}

void Executor::put(std::uint32_t address, const std::uint8_t* bytes, std::size_t count) {
  if (address >= regs::soc::kRamBase) {
    std::memcpy(memory(address, count), bytes, count);
    return;
  }
  const std::uint32_t offset = address - regs::soc::kTilesBase;
  Tile& to = tile(offset / regs::soc::kTileStride);
  const std::uint32_t within = offset % regs::soc::kTileStride;
  if (within >= r::kSramOffset) {
    if (within - r::kSramOffset + count > header_.tile_sram_bytes) throw std::out_of_range("SRAM");
    std::memcpy(to.engine->sram() + within - r::kSramOffset, bytes, count);
    return;
  }
  std::uint32_t amount = 0;
  std::memcpy(&amount, bytes, 4);
  to.semaphores.at((within - r::kSemaphorePost) / 4) += amount;
}

void Executor::run_host(const aimc_net_step& step, std::size_t image) {
  const char* const name = reinterpret_cast<const char*>(image_.data() + step.name_at);
  const auto found = std::find_if(graph_.steps.begin(), graph_.steps.end(),
                                  [name](const compiler::Step& s) { return s.name == name; });
  if (found == graph_.steps.end()) throw std::logic_error(std::string("no step ") + name);
  compiler::ActivationValues values = compiler::make_values(graph_);
  for (const std::size_t input : found->inputs) {
    const std::uint8_t* const from =
        read_place(static_cast<std::uint32_t>(input), step.epoch, image);
    values[input].assign(from, from + values[input].size());
  }
  run_host_step(graph_, *found, interpreter_, network_, values);
  std::memcpy(write_place(step.output, image), values[found->output].data(),
              values[found->output].size());
}

std::uint64_t Executor::mvms() const {
  std::uint64_t sum = 0;
  for (const auto& [index, tile] : tiles_) sum += tile.engine->counters().mvms;
  return sum;
}

std::uint64_t Executor::macs() const {
  std::uint64_t sum = 0;
  for (const auto& [index, tile] : tiles_) sum += tile.engine->counters().macs;
  return sum;
}

}  // namespace aimc::test
