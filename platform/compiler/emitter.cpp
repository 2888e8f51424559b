#include "platform/compiler/emitter.h"

#include <algorithm>

namespace aimc::compiler {
namespace {

std::uint32_t u32(std::size_t value) {
  return static_cast<std::uint32_t>(value);
}

/// Four equal bytes.
std::uint32_t word_of(std::int32_t byte) {
  return (static_cast<std::uint32_t>(byte) & 0xFFU) * 0x01010101U;
}

std::uint32_t read_mode_word(const analog::ReadMode& mode) {
  return regs::tile::kReadModeMagnitudeBits.put(mode.magnitude_bits) |
         regs::tile::kReadModeFourPhase.put(mode.four_phase ? 1U : 0U) |
         regs::tile::kReadModeRange.put(mode.range);
}

std::uint32_t nmpu_format_word(const nmpu::Format& format) {
  namespace r = regs::tile;
  return r::kNmpuFormatScaleFraction.put(format.scale_frac_bits) |
         r::kNmpuFormatScaleBits.put(format.scale_bits()) |
         r::kNmpuFormatOffsetFraction.put(format.offset_frac_bits) |
         r::kNmpuFormatOffsetBits.put(format.offset_bits());
}

std::uint32_t tile_address(std::size_t tile) {
  return u32(regs::soc::kTilesBase + tile * regs::soc::kTileStride);
}

/// Parameters of a step of the host, without those that point elsewhere.
struct ParameterWriter {
  ImageParts& parts;

  std::uint32_t operator()(const std::monostate& /*none*/) const { return 0; }
  template <typename T>
  std::uint32_t operator()(const T& parameters) const {
    return parts.add(&parameters, sizeof parameters);
  }
  std::uint32_t operator()(const DepthwiseWork& work) const {
    aimc_net_depthwise parameters = work.parameters;
    parameters.weights_at = parts.add(work.weights);
    parameters.bias_at = parts.add(work.biases);
    parameters.factors_at = parts.add(work.factors);
    return parts.add(&parameters, sizeof parameters);
  }
};

}  // namespace

Emitter::Emitter(const Graph& graph, const Plan& plan, const Chip& chip, const Options& options)
    : graph_(graph), plan_(plan), chip_(chip), options_(options) {}

std::uint32_t Emitter::reserve(std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  const std::uint64_t at = next_;
  next_ += (bytes + kLine - 1) / kLine * kLine;
  return static_cast<std::uint32_t>(at);
}

std::vector<std::uint8_t> Emitter::emit(std::uint32_t workspace_address) {
  parts_ = ImageParts{};
  cursors_.clear();
  programs_.clear();
  workspace_ = next_ = workspace_address;
  emit_tensors();
  for (std::size_t epoch = 0; epoch < plan_.epochs; ++epoch) {
    aimc_net_epoch made{u32(parts_.steps.size()), 0};
    for (std::size_t i = 0; i < graph_.steps.size(); ++i) {
      if (plan_.steps[i].epoch != epoch) continue;
      emit_step(i);
      ++made.steps;
    }
    parts_.epochs.push_back(made);
  }
  for (const auto& [where, commands] : programs_) {
    parts_.programs.push_back(
        {u32(where.first), u32(where.second), {parts_.add(commands), u32(commands.size())}});
    parts_.fills.push_back({u32(where.first), u32(where.second), kDoneWord, 4, AIMC_NET_DONE});
  }
  aimc_net_header& header = parts_.header;
  header.magic = AIMC_NET_MAGIC;
  header.version = AIMC_NET_VERSION;
  header.image_address = options_.image_address;
  header.workspace_address = workspace_address;
  header.workspace_bytes = static_cast<std::uint32_t>(next_ - workspace_);
  header.tile_count = chip_.tiles;
  header.tile_rows = chip_.tile.crossbar.rows;
  header.tile_columns = chip_.tile.crossbar.columns;
  header.tile_sram_bytes = chip_.tile.sram_kib * 1024U;
  header.nmpu_format = nmpu_format_word(chip_.tile.nmpu_format());
  header.max_images = plan_.epochs > 1 ? u32(options_.max_images) : 0;
  header.input = u32(graph_.input);
  header.output = u32(graph_.output);
  header.logits = u32(graph_.logits);
  return assemble(parts_);
}

void Emitter::emit_tensors() {
  constexpr std::size_t kNever = ~std::size_t{0};
  std::vector<std::size_t> written(graph_.activations.size(), kNever);
  std::vector<std::size_t> read_last(graph_.activations.size(), 0);
  for (std::size_t i = 0; i < graph_.steps.size(); ++i) {
    written[graph_.steps[i].output] = plan_.steps[i].epoch;
    for (const std::size_t input : graph_.steps[i].inputs) {
      read_last[input] = std::max(read_last[input], plan_.steps[i].epoch);
    }
  }
  for (std::size_t i = 0; i < graph_.activations.size(); ++i) {
    const Activation& from = graph_.activations[i];
    aimc_net_tensor tensor{};
    tensor.name_at = parts_.add(from.name);
    tensor.rows = u32(from.rows);
    tensor.columns = u32(from.columns);
    tensor.channels = u32(from.channels);
    tensor.pitch = u32(from.pitch());
    tensor.bytes = u32(from.bytes());
    tensor.scale = from.scale;
    tensor.zero_point = from.zero_point;
    tensor.storage = AIMC_NET_GIVEN;
    if (i != graph_.input) {
      tensor.storage = AIMC_NET_IN_SLOTS;
      tensor.slots = u32(plan_.slots[i]);
      tensor.slots_address = reserve(plan_.slots[i] * from.bytes());
      const bool named = i == graph_.output || i == graph_.logits;
      const bool crosses = written[i] != kNever && read_last[i] > written[i];
      if (named || crosses) tensor.storage = AIMC_NET_KEPT;
      if (crosses && !named) tensor.kept_address = reserve(options_.max_images * from.bytes());
    }
    parts_.tensors.push_back(tensor);
  }
}

void Emitter::emit_step(std::size_t index) {
  const Step& from = graph_.steps[index];
  const StepPlan& plan = plan_.steps[index];
  aimc_net_step step{};
  step.name_at = parts_.add(from.name);
  step.operator_index = u32(from.operator_index);
  step.kind = from.matrix() != nullptr                       ? std::uint32_t{AIMC_NET_TILES}
              : from.add() != nullptr && !plan.lanes.empty() ? std::uint32_t{AIMC_NET_UNIT}
                                                             : std::uint32_t{AIMC_NET_HOST};
  step.epoch = u32(plan.epoch);
  std::fill(std::begin(step.inputs), std::end(step.inputs), AIMC_NET_NONE);
  for (std::size_t i = 0; i < from.inputs.size(); ++i) step.inputs[i] = u32(from.inputs[i]);
  step.output = u32(from.output);
  step.macs = u32(from.macs);
  step.first_group = u32(parts_.groups.size());
  if (step.kind == AIMC_NET_HOST) {
    step.host = from.host()->code;
    step.parameters_at = std::visit(ParameterWriter{parts_}, from.host()->parameters);
  }
  if (step.kind == AIMC_NET_TILES) emit_blocks(index);
  std::vector<LanePlaces> places;
  for (const Lane& lane : plan.lanes) places.push_back(place_lane(index, lane));
  for (std::size_t lane = 0; lane < plan.lanes.size(); ++lane) {
    for (std::size_t band = 0; band < plan.lanes[lane].bands; ++band) {
      if (step.kind == AIMC_NET_TILES) {
        emit_matrix_band(index, plan.lanes[lane], lane, band, places[lane]);
      } else {
        emit_add_band(index, plan.lanes[lane], lane, band, places[lane]);
      }
    }
  }
  step.groups = u32(parts_.groups.size()) - step.first_group;
  parts_.steps.push_back(step);
}

void Emitter::emit_blocks(std::size_t index) {
  const MatrixWork& work = *graph_.steps[index].matrix();
  const StepPlan& plan = plan_.steps[index];
  const Split& split = plan.split;
  for (std::size_t part = 0; part < split.parts.size(); ++part) {
    const Part& columns = split.parts[part];
    for (std::size_t piece = 0; piece < split.pieces.size(); ++piece) {
      const Piece& rows = split.pieces[piece];
      std::vector<std::int8_t> weights;
      for (std::size_t i = 0; i < plan.replicas * rows.rows(); ++i) {
        const std::size_t row = i % rows.rows();
        const std::size_t of_matrix = (rows.first_segment + row / rows.bytes) * work.segment_bytes +
                                      rows.first_byte + row % rows.bytes;
        const auto* const from = work.weights.data() + of_matrix * work.columns + columns.first;
        weights.insert(weights.end(), from, from + columns.columns);
        weights.resize(weights.size() + columns.filled - columns.columns);
      }
      std::vector<aimc_net_column> scales(columns.filled, {0.0F, 0.0F});
      for (std::size_t i = 0; i < columns.columns; ++i) {
        scales[i].scale = static_cast<float>(plan.scaling.scales[columns.first + i] /
                                             static_cast<double>(plan.replicas));
        if (piece == 0) {
          scales[i].bias = static_cast<float>(plan.scaling.biases[columns.first + i]);
        }
      }
      const std::uint32_t weights_at = parts_.add(weights);
      const std::uint32_t columns_at = parts_.add(scales);
      for (const Lane& lane : plan.lanes) {
        if (lane.part != part) continue;
        const Place& place = lane.places[piece];
        parts_.blocks.push_back({u32(place.tile), u32(plan.epoch), 0,
                                 static_cast<std::uint16_t>(plan.replicas * rows.rows()),
                                 static_cast<std::uint16_t>(place.first_column),
                                 static_cast<std::uint16_t>(columns.filled), weights_at, columns_at,
                                 read_mode_word(plan.mode), plan.zero_point});
      }
    }
  }
}

Emitter::LanePlaces Emitter::place_lane(std::size_t index, const Lane& lane) {
  const Step& step = graph_.steps[index];
  const StepPlan& plan = plan_.steps[index];
  const Activation& output = graph_.activations[step.output];
  LanePlaces places;
  for (std::size_t piece = 0; piece < lane.places.size(); ++piece) {
    const TileEpoch where{lane.places[piece].tile, plan.epoch};
    Cursor& cursor = cursors_[where];
    places.sram.push_back(cursor.sram);
    places.semaphores.push_back(piece > 0 ? cursor.semaphores++ : 0);
    if (step.matrix() == nullptr) {
      cursor.sram += u32(add_bytes(lane));
      continue;
    }
    const MatrixWork& work = *step.matrix();
    const PieceMemory memory = piece_memory(work, plan, lane, piece, output.pitch());
    const RowBuffer buffer = make_row_buffer(work, plan.split.pieces[piece], lane);
    fill(where.first, where.second, cursor.sram + memory.input, buffer.bytes(),
         work.input_zero_point);
    const bool last = piece + 1 == lane.places.size();
    if (last && plan.split.parts[lane.part].filled % 4 != 0) {
      fill(where.first, where.second, cursor.sram + memory.out, memory.bytes - memory.out,
           work.output_zero_point);
    }
    cursor.sram += u32(memory.bytes);
  }
  return places;
}

void Emitter::emit_matrix_band(std::size_t index, const Lane& lane, std::size_t lane_number,
                               std::size_t band, const LanePlaces& places) {
  const Step& step = graph_.steps[index];
  const MatrixWork& work = *step.matrix();
  const StepPlan& plan = plan_.steps[index];
  const Activation& output = graph_.activations[step.output];
  const aimc_net_tensor tensor = parts_.tensors[step.output];
  parts_.groups.push_back({u32(lane_number), u32(parts_.jobs.size()), u32(lane.places.size())});
  for (std::size_t piece = 0; piece < lane.places.size(); ++piece) {
    const bool last = piece + 1 == lane.places.size();
    const RowBuffer buffer = make_row_buffer(work, plan.split.pieces[piece], lane);
    PieceJob job;
    job.piece = piece;
    job.band = make_band(work, plan.split.pieces[piece], lane, band);
    job.sram = places.sram[piece];
    job.semaphore = places.semaphores[piece];
    if (!last) {
      const std::uint32_t next = tile_address(lane.places[piece + 1].tile);
      const PieceMemory memory = piece_memory(work, plan, lane, piece + 1, output.pitch());
      job.next_sums = next + regs::tile::kSramOffset + places.sram[piece + 1] + u32(memory.sums_in);
      job.next_semaphore = next + regs::tile::kSemaphorePost + 4 * places.semaphores[piece + 1];
    }
    const TileEpoch where{lane.places[piece].tile, plan.epoch};
    aimc_net_job made{};
    made.tile = u32(where.first);
    made.first_fetch = u32(parts_.fetches.size());
    emit_fetch(step.inputs.front(), buffer, job.band, work, job.sram);
    made.fetches = u32(parts_.fetches.size()) - made.first_fetch;
    if (last) made.done_address = job.done_address = reserve(4);
    const std::size_t versions = last ? tensor.slots : 1;
    for (std::size_t slot = 0; slot < versions; ++slot) {
      job.output_address = tensor.slots_address + u32(slot) * tensor.bytes;
      const Commands commands = matrix_commands(work, plan, lane, job, output.pitch());
      const std::uint32_t entry = append(where, commands);
      if (slot == 0) made.entry = entry;
      if (slot == 1) made.entry_stride = entry - made.entry;
    }
    parts_.jobs.push_back(made);
  }
}

void Emitter::emit_fetch(std::size_t tensor, const RowBuffer& buffer, const BandRows& band,
                         const MatrixWork& work, std::uint32_t sram) {
  if (buffer.copy_bytes == 0 || band.ins == 0) return;
  constexpr std::size_t kLongestRow = 65532;
  aimc_net_fetch fetch{};
  fetch.tensor = u32(tensor);
  fetch.offset = u32(band.first_in * work.in_row_bytes + buffer.copy_from);
  fetch.rows = u32(band.ins);
  fetch.row_bytes = u32(buffer.copy_bytes);
  fetch.source_stride = u32(buffer.step * work.in_row_bytes);
  fetch.sram = u32(sram + band.place * buffer.row_bytes + buffer.copy_at);
  fetch.sram_stride = u32(buffer.row_bytes);
  const std::size_t all = band.ins * buffer.copy_bytes;
  if (fetch.row_bytes == fetch.source_stride && fetch.row_bytes == fetch.sram_stride &&
      all <= kLongestRow) {
    fetch.rows = 1;
    fetch.row_bytes = fetch.source_stride = fetch.sram_stride = u32(all);
  }
  parts_.fetches.push_back(fetch);
}

void Emitter::emit_add_band(std::size_t index, const Lane& lane, std::size_t lane_number,
                            std::size_t band, const LanePlaces& places) {
  const Step& step = graph_.steps[index];
  const TileEpoch where{lane.places.front().tile, plan_.steps[index].epoch};
  const aimc_net_tensor tensor = parts_.tensors[step.output];
  const std::size_t first = lane.first_row + band * lane.band_rows();
  const std::size_t words = std::min(lane.band_rows(), lane.first_row + lane.rows - first);
  const std::uint32_t sram = places.sram.front();
  parts_.groups.push_back({u32(lane_number), u32(parts_.jobs.size()), 1});
  aimc_net_job made{};
  made.tile = u32(where.first);
  made.first_fetch = u32(parts_.fetches.size());
  made.fetches = 2;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::uint32_t bytes = u32(4 * words);
    parts_.fetches.push_back({u32(step.inputs[i]), u32(4 * first), 1, bytes, bytes,
                              sram + u32(i * 4 * lane.band_rows()), bytes});
  }
  made.done_address = reserve(4);
  for (std::size_t slot = 0; slot < tensor.slots; ++slot) {
    const std::uint32_t to = tensor.slots_address + u32(slot) * tensor.bytes + u32(4 * first);
    const std::uint32_t entry = append(
        where, add_commands(*step.add(), sram, words, lane.band_rows(), to, made.done_address));
    if (slot == 0) made.entry = entry;
    if (slot == 1) made.entry_stride = entry - made.entry;
  }
  parts_.jobs.push_back(made);
}

void Emitter::fill(std::size_t tile, std::size_t epoch, std::size_t sram, std::size_t bytes,
                   std::int32_t byte) {
  parts_.fills.push_back({u32(tile), u32(epoch), u32(sram), u32(bytes), word_of(byte)});
}

std::uint32_t Emitter::append(const TileEpoch& where, const Commands& commands) {
  Commands& program = programs_[where];
  const std::uint32_t entry = u32(program.size());
  program.insert(program.end(), commands.begin(), commands.end());
  return entry;
}

}  // namespace aimc::compiler
