// The check of compiled networks on any bytes behind a header that is right: accepted, or one line
// that says what is wrong.

#include <cstring>
#include <string>
#include <vector>

#include "firmware/runtime/network_check.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

constexpr std::uint32_t kImageAt = 0x81000000;
constexpr aimc_network_place kPlace{kImageAt, 0x80000000, 0x88000000, 0x40000000, 0x41000000, 16,
                                    256,      256,        65536,      0x08010807, 1024};

/// What would keep a change from being looked at further.
void make_right(std::vector<std::uint32_t>& words, std::size_t size) {
  aimc_net_header header;
  std::memcpy(&header, words.data(), sizeof header);
  header.magic = AIMC_NET_MAGIC;
  header.version = AIMC_NET_VERSION;
  header.bytes = static_cast<std::uint32_t>(size);
  header.image_address = kImageAt;
  header.tile_rows = header.tile_columns = 256;
  header.tile_sram_bytes = 65536;
  header.nmpu_format = kPlace.nmpu_format;
  std::memcpy(words.data(), &header, sizeof header);
  header.crc = aimc_network_crc(words.data(), header.bytes);
  std::memcpy(words.data(), &header, sizeof header);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using aimc::test::require;
  std::vector<std::uint32_t> words((size + 3) / 4);
  if (size != 0) std::memcpy(words.data(), data, size);
  if (size >= sizeof(aimc_net_header)) make_right(words, size);
  char message[200] = "";
  const bool accepted = aimc_network_check(words.data(), size, &kPlace, message, sizeof message);
  require(accepted == (message[0] == '\0'), "a refusal says why");
  require(std::string(message).find('\n') == std::string::npos, "a refusal is one line");
  return 0;
}
