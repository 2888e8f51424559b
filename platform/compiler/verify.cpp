#include "platform/compiler/verify.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <utility>

#include "firmware/runtime/network_image.h"
#include "models/tile/command.h"
#include "platform/compiler/image.h"

namespace aimc::compiler {
namespace {

using TileEpoch = std::pair<std::uint32_t, std::uint32_t>;

constexpr std::uint32_t kMostSlots = 64;

/// Names a structure of the image in messages.
struct Item {
  const char* list;
  std::size_t index;
};

[[noreturn]] void fail(const Item& item, const std::string& what, std::uint64_t value) {
  throw ImageError(std::string("image: ") + item.list + " " + std::to_string(item.index) + ": " +
                   what + " is " + std::to_string(value));
}

void require(bool holds, const Item& item, const char* what, std::uint64_t value) {
  if (!holds) fail(item, what, value);
}

class Verifier {
 public:
  Verifier(const std::vector<std::uint8_t>& image, const Chip& chip)
      : image_(image),
        geometry_{chip.tile.crossbar.rows, chip.tile.crossbar.columns, chip.tile.sram_kib * 1024U},
        tiles_(chip.tiles),
        ram_end_(regs::soc::kRamBase + chip.ram_bytes) {}

  void run() {
    header();
    tensors();
    programs();
    blocks();
    fills();
    steps();
  }

 private:
  template <typename T>
  std::vector<T> read(const aimc_net_list& list, const char* name) const {
    const Item item{name, 0};
    require(list.at % 4 == 0, item, "where the list begins", list.at);
    require(list.at + std::uint64_t{list.count} * sizeof(T) <= image_.size(), item,
            "the number of elements", list.count);
    std::vector<T> elements(list.count);
    if (list.count != 0) {
      std::memcpy(elements.data(), image_.data() + list.at, elements.size() * sizeof(T));
    }
    return elements;
  }

  /// `bytes` bytes from an offset on lie in the image.
  void inside(std::uint64_t at, std::uint64_t bytes, const Item& item, const char* what) const {
    require(at % 4 == 0 && at + bytes <= image_.size(), item, what, at);
  }

  bool in_workspace(std::uint64_t address, std::uint64_t bytes) const {
    return address % 4 == 0 && address >= header_.workspace_address &&
           address + bytes <= std::uint64_t{header_.workspace_address} + header_.workspace_bytes;
  }

  void header() {
    const Item item{"header", 0};
    require(image_.size() >= sizeof header_, item, "the size of the image", image_.size());
    std::memcpy(&header_, image_.data(), sizeof header_);
    require(header_.magic == AIMC_NET_MAGIC, item, "magic", header_.magic);
    require(header_.version == AIMC_NET_VERSION, item, "version", header_.version);
    require(header_.bytes == image_.size(), item, "bytes", header_.bytes);
    require(header_.crc == image_crc(image_), item, "crc", header_.crc);
    require(header_.tile_count == tiles_, item, "tile_count", header_.tile_count);
    require(header_.tile_rows == geometry_.rows, item, "tile_rows", header_.tile_rows);
    require(header_.tile_columns == geometry_.columns, item, "tile_columns", header_.tile_columns);
    require(header_.tile_sram_bytes == geometry_.sram_bytes, item, "tile_sram_bytes",
            header_.tile_sram_bytes);
    require(header_.image_address >= regs::soc::kRamBase, item, "image_address",
            header_.image_address);
    const std::uint64_t end = std::uint64_t{header_.image_address} + header_.bytes;
    require(header_.workspace_address >= end, item, "workspace_address", header_.workspace_address);
    require(std::uint64_t{header_.workspace_address} + header_.workspace_bytes <= ram_end_, item,
            "workspace_bytes", header_.workspace_bytes);
  }

  void tensors() {
    tensors_ = read<aimc_net_tensor>(header_.tensors, "tensors");
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      const aimc_net_tensor& tensor = tensors_[i];
      const Item item{"tensor", i};
      text(tensor.name_at, item);
      require(tensor.rows != 0, item, "rows", tensor.rows);
      require(tensor.columns != 0, item, "columns", tensor.columns);
      require(tensor.channels != 0 && tensor.pitch == (tensor.channels + 3) / 4 * 4, item, "pitch",
              tensor.pitch);
      require(std::uint64_t{tensor.rows} * tensor.columns * tensor.pitch == tensor.bytes, item,
              "bytes", tensor.bytes);
      require(tensor.storage <= AIMC_NET_KEPT, item, "storage", tensor.storage);
      if (tensor.storage == AIMC_NET_GIVEN) continue;
      require(tensor.slots >= 1 && tensor.slots <= kMostSlots, item, "slots", tensor.slots);
      workspace_area(tensor.slots_address, std::uint64_t{tensor.slots} * tensor.bytes, item);
      if (tensor.kept_address != 0) {
        workspace_area(tensor.kept_address, std::uint64_t{header_.max_images} * tensor.bytes, item);
      }
    }
    for (const std::uint32_t named : {header_.input, header_.output, header_.logits}) {
      require(named < tensors_.size(), {"header", 0}, "a tensor", named);
    }
  }

  void text(std::uint32_t at, const Item& item) const {
    const bool ends =
        at < image_.size() && std::find(image_.begin() + at, image_.end(), 0) != image_.end();
    require(ends, item, "name_at", at);
  }

  void workspace_area(std::uint64_t address, std::uint64_t bytes, const Item& item) {
    require(in_workspace(address, bytes), item, "an address", address);
    area(workspace_, address, bytes, item);
  }

  /// Enters [first, first + bytes) into areas that must not overlap.
  static void area(std::map<std::uint64_t, std::uint64_t>& areas, std::uint64_t first,
                   std::uint64_t bytes, const Item& item) {
    const auto next = areas.lower_bound(first);
    require(next == areas.end() || next->first >= first + bytes, item, "an area that overlaps",
            first);
    require(next == areas.begin() || std::prev(next)->second <= first, item,
            "an area that overlaps", first);
    areas[first] = first + bytes;
  }

  void programs() {
    const auto programs = read<aimc_net_program>(header_.programs, "programs");
    for (std::size_t i = 0; i < programs.size(); ++i) {
      const Item item{"program", i};
      require(programs[i].tile < tiles_, item, "tile", programs[i].tile);
      require(programs[i].epoch < header_.epochs.count, item, "epoch", programs[i].epoch);
      require(programs[i].commands.count <= tile::kProgramCommands, item, "commands",
              programs[i].commands.count);
      auto& program = programs_[{programs[i].tile, programs[i].epoch}];
      require(program.empty(), item, "a second program of tile", programs[i].tile);
      program = read<tile::CommandWords>(programs[i].commands, "commands");
      for (const tile::CommandWords& words : program) {
        check_command(words, item);
      }
    }
  }

  void check_command(const tile::CommandWords& words, const Item& item) const {
    const tile::Decoded decoded = decode(words, geometry_, tile::CommandSource::kProgram);
    if (decoded.refusal) fail(item, "a refused word", decoded.refusal->value);
    const tile::Command& command = decoded.command;
    const bool put = command.opcode == tile::Opcode::kPut;
    if (!put && !(command.opcode == tile::Opcode::kSignal && command.remote)) return;
    const std::uint64_t bytes = put ? command.length : 4;
    const std::uint64_t to = command.destination;
    if (in_workspace(to, bytes)) return;
    const std::uint64_t offset = to - regs::soc::kTilesBase;
    const std::uint64_t within = offset % regs::soc::kTileStride;
    const bool of_tile = to >= regs::soc::kTilesBase && offset / regs::soc::kTileStride < tiles_;
    const bool sram = within >= regs::tile::kSramOffset &&
                      within + bytes <= regs::tile::kSramOffset + geometry_.sram_bytes;
    const bool semaphore =
        within >= regs::tile::kSemaphorePost &&
        within < regs::tile::kSemaphorePost + 4 * regs::tile::kSemaphorePostCount;
    require(of_tile && (put ? sram : semaphore), item, "a destination", to);
  }

  void blocks() const {
    const auto blocks = read<aimc_net_block>(header_.blocks, "blocks");
    std::map<TileEpoch, std::map<std::uint64_t, std::uint64_t>> columns;
    std::map<TileEpoch, std::uint32_t> modes;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const aimc_net_block& block = blocks[i];
      const Item item{"block", i};
      const TileEpoch where{block.tile, block.epoch};
      require(block.tile < tiles_, item, "tile", block.tile);
      require(block.epoch < header_.epochs.count, item, "epoch", block.epoch);
      require(block.rows != 0 && block.first_row + block.rows <= static_cast<int>(geometry_.rows),
              item, "rows", block.rows);
      require(block.columns != 0 &&
                  block.first_column + block.columns <= static_cast<int>(geometry_.columns),
              item, "columns", block.columns);
      area(columns[where], block.first_column, block.columns, item);
      inside(block.weights_at, std::uint64_t{block.rows} * block.columns, item, "weights_at");
      inside(block.columns_at, std::uint64_t{block.columns} * sizeof(aimc_net_column), item,
             "columns_at");
      const auto mode = modes.emplace(where, block.read_mode).first;
      require(mode->second == block.read_mode, item, "read_mode", block.read_mode);
    }
  }

  void fills() {
    const auto fills = read<aimc_net_fill>(header_.fills, "fills");
    std::map<TileEpoch, std::map<std::uint64_t, std::uint64_t>> areas;
    for (std::size_t i = 0; i < fills.size(); ++i) {
      const aimc_net_fill& fill = fills[i];
      const Item item{"fill", i};
      require(fill.tile < tiles_, item, "tile", fill.tile);
      require(fill.epoch < header_.epochs.count, item, "epoch", fill.epoch);
      in_sram(fill.sram, fill.bytes, item);
      area(areas[{fill.tile, fill.epoch}], fill.sram, fill.bytes, item);
    }
  }

  void in_sram(std::uint64_t at, std::uint64_t bytes, const Item& item) const {
    require(at % 4 == 0 && bytes % 4 == 0 && bytes != 0 && at + bytes <= geometry_.sram_bytes, item,
            "sram", at);
  }

  void steps() {
    const auto epochs = read<aimc_net_epoch>(header_.epochs, "epochs");
    const auto steps = read<aimc_net_step>(header_.steps, "steps");
    groups_ = read<aimc_net_group>(header_.groups, "groups");
    jobs_ = read<aimc_net_job>(header_.jobs, "jobs");
    fetches_ = read<aimc_net_fetch>(header_.fetches, "fetches");
    std::size_t next = 0;
    for (std::size_t i = 0; i < epochs.size(); ++i) {
      require(epochs[i].first_step == next, {"epoch", i}, "first_step", epochs[i].first_step);
      next += epochs[i].steps;
      require(next <= steps.size(), {"epoch", i}, "steps", epochs[i].steps);
      for (std::size_t s = epochs[i].first_step; s < next; ++s) {
        require(steps[s].epoch == i, {"step", s}, "epoch", steps[s].epoch);
      }
    }
    require(next == steps.size(), {"header", 0}, "steps", steps.size());
    known_.insert(header_.input);
    for (std::size_t i = 0; i < steps.size(); ++i) step(steps[i], {"step", i});
    for (const std::uint32_t named : {header_.output, header_.logits}) {
      require(known_.count(named) != 0, {"header", 0}, "a tensor nobody writes", named);
    }
  }

  void step(const aimc_net_step& step, const Item& item) {
    text(step.name_at, item);
    require(step.kind <= AIMC_NET_HOST, item, "kind", step.kind);
    for (const std::uint32_t input : step.inputs) {
      if (input == AIMC_NET_NONE) continue;
      require(known_.count(input) != 0, item, "an input nobody has written", input);
    }
    require(step.output < tensors_.size() && known_.insert(step.output).second, item, "output",
            step.output);
    if (step.kind == AIMC_NET_HOST) {
      require(step.host <= AIMC_NET_HOST_IM2COL, item, "host", step.host);
      if (step.host != AIMC_NET_HOST_COPY) {
        inside(step.parameters_at, sizeof(std::uint32_t), item, "parameters_at");
      }
      return;
    }
    require(std::uint64_t{step.first_group} + step.groups <= groups_.size(), item, "groups",
            step.groups);
    for (std::size_t g = 0; g < step.groups; ++g) {
      const aimc_net_group& group = groups_[step.first_group + g];
      require(group.jobs != 0 && std::uint64_t{group.first_job} + group.jobs <= jobs_.size(),
              {"group", step.first_group + g}, "jobs", group.jobs);
      for (std::size_t j = 0; j < group.jobs; ++j) {
        job(step, jobs_[group.first_job + j], {"job", group.first_job + j}, j + 1 == group.jobs);
      }
    }
  }

  void job(const aimc_net_step& step, const aimc_net_job& job, const Item& item, bool last) {
    require(job.tile < tiles_, item, "tile", job.tile);
    const auto program = programs_.find({job.tile, step.epoch});
    require(program != programs_.end(), item, "a tile without a program", job.tile);
    const std::uint32_t slots = tensors_[step.output].slots;
    for (std::uint32_t slot = 0; slot < slots; ++slot) {
      const std::uint64_t entry = job.entry + std::uint64_t{slot} * job.entry_stride;
      require(entry < program->second.size(), item, "entry", entry);
      const auto halts = [](const tile::CommandWords& words) {
        return words[0] == static_cast<std::uint32_t>(tile::Opcode::kHalt);
      };
      require(std::find_if(program->second.begin() + static_cast<std::ptrdiff_t>(entry),
                           program->second.end(), halts) != program->second.end(),
              item, "an entry without an end", entry);
    }
    require(last == (job.done_address != 0), item, "done_address", job.done_address);
    if (last) workspace_area(job.done_address, 4, item);
    require(std::uint64_t{job.first_fetch} + job.fetches <= fetches_.size(), item, "fetches",
            job.fetches);
    for (std::size_t f = job.first_fetch; f < job.first_fetch + job.fetches; ++f) {
      fetch(step, fetches_[f], {"fetch", f});
    }
  }

  void fetch(const aimc_net_step& step, const aimc_net_fetch& fetch, const Item& item) const {
    const bool input = std::find(std::begin(step.inputs), std::end(step.inputs), fetch.tensor) !=
                       std::end(step.inputs);
    require(input && fetch.tensor < tensors_.size(), item, "tensor", fetch.tensor);
    require(fetch.rows >= 1 && fetch.rows <= 65535, item, "rows", fetch.rows);
    require(fetch.row_bytes >= 4 && fetch.row_bytes <= 65535 && fetch.row_bytes % 4 == 0, item,
            "row_bytes", fetch.row_bytes);
    require(fetch.source_stride % 4 == 0, item, "source_stride", fetch.source_stride);
    require(fetch.sram_stride % 4 == 0, item, "sram_stride", fetch.sram_stride);
    const std::uint64_t more = fetch.rows - 1;
    require(fetch.offset % 4 == 0 && fetch.offset + more * fetch.source_stride + fetch.row_bytes <=
                                         tensors_[fetch.tensor].bytes,
            item, "offset", fetch.offset);
    in_sram(fetch.sram, more * fetch.sram_stride + fetch.row_bytes, item);
  }

  const std::vector<std::uint8_t>& image_;
  tile::TileGeometry geometry_;
  std::uint64_t tiles_;
  std::uint64_t ram_end_;
  aimc_net_header header_{};
  std::vector<aimc_net_tensor> tensors_;
  std::vector<aimc_net_group> groups_;
  std::vector<aimc_net_job> jobs_;
  std::vector<aimc_net_fetch> fetches_;
  std::map<TileEpoch, std::vector<tile::CommandWords>> programs_;
  std::map<std::uint64_t, std::uint64_t> workspace_;  // areas, first to end
  std::set<std::uint32_t> known_;                     // tensors that are written
};

}  // namespace

void verify_image(const std::vector<std::uint8_t>& image, const Chip& chip) {
  Verifier(image, chip).run();
}

}  // namespace aimc::compiler
