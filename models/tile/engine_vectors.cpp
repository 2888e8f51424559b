// Commands on vectors in the SRAM: sums and copies.

#include <algorithm>
#include <cstring>

#include "models/tile/engine.h"

namespace aimc::tile {

core::TimePs TileEngine::start_add(Execution& execution) const {
  const Command& command = execution.command;
  execution.result_bytes = 2UL * command.length;
  execution.results.resize(execution.result_bytes);
  execution.bytes_read = 4ULL * command.length;
  for (std::uint32_t i = 0; i < command.length; ++i) {
    std::int16_t a = 0;
    std::int16_t b = 0;
    std::memcpy(&a, sram_.data() + command.source + 2UL * i, sizeof a);
    std::memcpy(&b, sram_.data() + command.addend + 2UL * i, sizeof b);
    const auto sum = static_cast<std::int16_t>(std::clamp(a + b, -32768, 32767));
    std::memcpy(execution.results.data() + 2UL * i, &sum, sizeof sum);
  }
  return sram_cycles_ps(execution.bytes_read) + sram_cycles_ps(execution.result_bytes);
}

core::TimePs TileEngine::start_add8(Execution& execution) const {
  const Command& command = execution.command;
  const ScaledAdd& add = command.scaled_add;
  execution.result_bytes = command.length;
  execution.results.resize(command.length);
  execution.bytes_read = 2ULL * command.length;
  const std::uint8_t* a = sram_.data() + command.source;
  const std::uint8_t* b = sram_.data() + command.addend;
  const std::int32_t half = std::int32_t{1} << (add.shift - 1);
  const int least = add.relu ? int{add.zero_out} : -128;
  for (std::uint32_t i = 0; i < command.length; ++i) {
    const std::int32_t sum = (static_cast<std::int8_t>(a[i]) - add.zero_a) * add.factor_a +
                             (static_cast<std::int8_t>(b[i]) - add.zero_b) * add.factor_b;
    const int value = add.zero_out + ((sum + half) >> add.shift);
    execution.results[i] = static_cast<std::uint8_t>(std::clamp(value, least, 127));
  }
  return sram_cycles_ps(execution.bytes_read) + sram_cycles_ps(execution.result_bytes);
}

core::TimePs TileEngine::start_copy(Execution& execution) const {
  const Command& command = execution.command;
  execution.result_bytes = command.length;
  execution.bytes_read = command.length;
  const std::uint8_t* source = sram_.data() + command.source;
  execution.results.assign(source, source + command.length);
  return 2 * sram_cycles_ps(command.length);
}

}  // namespace aimc::tile
