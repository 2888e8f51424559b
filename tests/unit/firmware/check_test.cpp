// Images of networks are executed only if all of them is in order.

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

#include "firmware/runtime/network_check.h"

namespace {

constexpr std::uint32_t kImageAt = 0x81000000;
constexpr std::uint32_t kWorkspaceAt = 0x81100000;

const aimc_network_place kPlace{kImageAt, 0x80000000, 0x88000000, 0x40000000, 0x41000000, 16,
                                256,      256,        65536,      0x08010807, 1024};

/// Everything an image may hold, once: x -> tile -> a -> host ADD with itself -> y.
struct Everything {
  aimc_net_header header;
  aimc_net_tensor tensors[3];
  aimc_net_step steps[2];
  aimc_net_group group;
  aimc_net_job job;
  aimc_net_fetch fetch;
  aimc_net_block block;
  aimc_net_program program;
  aimc_net_fill fill;
  aimc_net_epoch epoch;
  aimc_net_column columns[4];
  std::int8_t weights[16];
  std::uint32_t commands[2][8];
  aimc_net_add add;
  char name[4];
};

template <typename Member>
aimc_net_list list(const Everything& image, const Member& member, std::uint32_t count) {
  const auto* begin = reinterpret_cast<const char*>(&image);
  const auto* at = reinterpret_cast<const char*>(&member);
  return {static_cast<std::uint32_t>(at - begin), count};
}

Everything good() {
  Everything image{};
  const auto name_at = static_cast<std::uint32_t>(offsetof(Everything, name));
  std::memcpy(image.name, "n", 2);
  aimc_net_header& h = image.header;
  h.magic = AIMC_NET_MAGIC;
  h.version = AIMC_NET_VERSION;
  h.bytes = sizeof image;
  h.image_address = kImageAt;
  h.workspace_address = kWorkspaceAt;
  h.workspace_bytes = 4096;
  h.tile_count = 16;
  h.tile_rows = h.tile_columns = 256;
  h.tile_sram_bytes = 65536;
  h.nmpu_format = 0x08010807;
  h.max_images = 4;
  h.tensors = list(image, image.tensors, 3);
  h.steps = list(image, image.steps, 2);
  h.groups = list(image, image.group, 1);
  h.jobs = list(image, image.job, 1);
  h.fetches = list(image, image.fetch, 1);
  h.blocks = list(image, image.block, 1);
  h.programs = list(image, image.program, 1);
  h.fills = list(image, image.fill, 1);
  h.epochs = list(image, image.epoch, 1);
  h.output = h.logits = 2;
  image.tensors[0] = {name_at, 1, 1, 4, 4, 4, AIMC_NET_GIVEN, 0, 0, 0, 1.0F, 0};
  image.tensors[1] = {name_at, 1, 1, 4, 4, 4, AIMC_NET_IN_SLOTS, kWorkspaceAt, 2, 0, 1.0F, 0};
  image.tensors[2] = {name_at, 1, 1, 4, 4, 4, AIMC_NET_KEPT, kWorkspaceAt + 16, 2, 0, 1.0F, 0};
  const std::uint32_t none = AIMC_NET_NONE;
  image.steps[0] = {name_at, 0, AIMC_NET_TILES, 0, {0, none, none, none}, 1, 0, 1, 0, 0, 16};
  image.steps[1] = {name_at,
                    1,
                    AIMC_NET_HOST,
                    0,
                    {1, 1, none, none},
                    2,
                    0,
                    0,
                    AIMC_NET_HOST_ADD,
                    list(image, image.add, 1).at,
                    0};
  image.group = {0, 0, 1};
  image.job = {3, 0, 1, 0, 1, kWorkspaceAt + 64};
  image.fetch = {0, 0, 1, 4, 4, 0, 4};
  image.block = {
      3, 0, 0, 4, 0, 4, list(image, image.weights, 1).at, list(image, image.columns, 1).at, 8, 0};
  for (aimc_net_column& column : image.columns) column = {0.01F, 0.0F};
  image.program = {3, 0, list(image, image.commands, 2)};
  for (auto& command : image.commands) {
    command[0] = 6;  // PUT
    command[2] = kWorkspaceAt;
    command[3] = 4;
  }
  image.fill = {3, 0, 64, 4, 1};
  image.epoch = {0, 2};
  image.add = {{0, 0, 0}, {{1 << 30, 0}, {1 << 30, 0}, {1 << 30, -19}}, {-128, 127}};
  return image;
}

/// The refusal, or nothing. The checksum is made right before, unless it is what is wrong.
std::string refusal(Everything image, bool sign = true) {
  char message[200] = "";
  if (sign) image.header.crc = aimc_network_crc(&image, sizeof image);
  const bool accepted = aimc_network_check(&image, sizeof image, &kPlace, message, sizeof message);
  EXPECT_EQ(accepted, message[0] == '\0') << message;
  return message;
}

TEST(ImageCheck, AcceptsWhatIsInOrder) {
  EXPECT_EQ(refusal(good()), "");
}

TEST(ImageCheck, ChecksumIsThatOfZlib) {
  const char text[] = "123456789";
  std::uint8_t bytes[16 + 9] = {};
  std::memcpy(bytes + 16, text, 9);
  // What zlib.crc32 says of sixteen zeros and this text.
  EXPECT_EQ(aimc_network_crc(bytes, sizeof bytes), 0xC4322307U);
}

template <typename Change>
void expect_refused(const std::string& words, const Change& change) {
  Everything image = good();
  change(image);
  const std::string message = refusal(image);
  EXPECT_NE(message.find(words), std::string::npos) << "'" << words << "': " << message;
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST(ImageCheck, NamesWhatIsWrong) {
  using E = Everything;
  expect_refused("magic", [](E& e) { e.header.magic ^= 1; });
  expect_refused("version is 0x2", [](E& e) { e.header.version = 2; });
  expect_refused("bytes is 12", [](E& e) { e.header.bytes = 12; });
  expect_refused("image_address", [](E& e) { e.header.image_address += 4; });
  expect_refused("workspace_address", [](E& e) { e.header.workspace_address = kImageAt; });
  expect_refused("workspace_bytes", [](E& e) { e.header.workspace_bytes = 0x7FFFFFFF; });
  expect_refused("tile_count is 17", [](E& e) { e.header.tile_count = 17; });
  expect_refused("tile_rows", [](E& e) { e.header.tile_rows = 128; });
  expect_refused("tile_columns", [](E& e) { e.header.tile_columns = 128; });
  expect_refused("tile_sram_bytes", [](E& e) { e.header.tile_sram_bytes = 32768; });
  expect_refused("nmpu_format", [](E& e) { e.header.nmpu_format = 0; });
  expect_refused("jobs: offset", [](E& e) { e.header.jobs.count = 60000; });
  expect_refused("steps: offset", [](E& e) { e.header.steps.at += 2; });
  expect_refused("tensors: 0 elements", [](E& e) { e.header.tensors.count = 0; });
  expect_refused("logits are tensors", [](E& e) { e.header.logits = 3; });
  expect_refused("tensor 1: name_at", [](E& e) { e.tensors[1].name_at = 1U << 30U; });
  expect_refused("tensor 1: 1x1x4 with a pitch of 6", [](E& e) { e.tensors[1].pitch = 6; });
  expect_refused("tensor 1: 0x1x4", [](E& e) { e.tensors[1].rows = 0; });
  expect_refused("tensor 1: 65536x65536x4",
                 [](E& e) { e.tensors[1].rows = e.tensors[1].columns = 65536; });
  expect_refused("tensor 1: zero_point is 128", [](E& e) { e.tensors[1].zero_point = 128; });
  expect_refused("tensor 1: storage is 1", [](E& e) { e.tensors[1].storage = AIMC_NET_GIVEN; });
  expect_refused("tensor 1: 9 slots", [](E& e) { e.tensors[1].slots = 9; });
  expect_refused("tensor 1: 2 slots", [](E& e) { e.tensors[1].slots_address -= 4; });
  expect_refused("tensor 2: kept_address", [](E& e) { e.tensors[2].kept_address = kImageAt; });
  expect_refused("step 1: tensor 2 is not complete", [](E& e) { e.steps[1].inputs[1] = 2; });
  expect_refused("step 0: tensor 1 is not complete", [](E& e) { e.steps[0].inputs[0] = 1; });
  expect_refused("step 0: from tensor 0 to 0", [](E& e) { e.steps[0].output = 0; });
  expect_refused("step 0: kind is 3", [](E& e) { e.steps[0].kind = 3; });
  expect_refused("step 0: groups 0 and 2", [](E& e) { e.steps[0].groups = 2; });
  expect_refused("step 1: host is 11", [](E& e) { e.steps[1].host = 11; });
  expect_refused("step 1: parameters_at", [](E& e) { e.steps[1].parameters_at = sizeof(E); });
  expect_refused("one input", [](E& e) { e.steps[1].inputs[1] = AIMC_NET_NONE; });
  expect_refused("out of range", [](E& e) { e.add.factors[1].shift = 31; });
  expect_refused("range of the activation", [](E& e) { e.add.clamp.least = 128; });
  expect_refused("group 0: jobs 1", [](E& e) { e.group.first_job = 1; });
  expect_refused("group 0: no job has", [](E& e) { e.job.done_address = 0; });
  expect_refused("job 0: done_address", [](E& e) { e.job.done_address = kImageAt; });
  expect_refused("job 0: tile 4 has no program", [](E& e) { e.job.tile = 4; });
  expect_refused("job 0: entry 1 with stride 1", [](E& e) { e.job.entry = 1; });
  expect_refused("job 0: fetches 0 and 2", [](E& e) { e.job.fetches = 2; });
  expect_refused("fetch 0: tensor 1", [](E& e) { e.fetch.tensor = 1; });
  expect_refused("fetch 0: 2 rows", [](E& e) { e.fetch.rows = 2; });
  expect_refused("fetch 0: 1 rows", [](E& e) { e.fetch.sram = 65536; });
  expect_refused("block 0", [](E& e) { e.block.first_row = 253; });
  expect_refused("block 0: weights_at", [](E& e) { e.block.weights_at = sizeof(E) - 4; });
  expect_refused("column 2", [](E& e) { e.columns[2].scale = -1.0F; });
  expect_refused("column 1", [](E& e) { e.columns[1].bias = 2e9F; });
  expect_refused("program 0: 1025", [](E& e) { e.program.commands.count = 1025; });
  expect_refused("command 1: PUT of 4", [](E& e) { e.commands[1][2] = kImageAt; });
  expect_refused("fill 0", [](E& e) { e.fill.sram = 65536; });
  expect_refused("epoch 0", [](E& e) { e.epoch.steps = 3; });
  expect_refused("belongs to no epoch", [](E& e) { e.epoch.steps = 1; });
  expect_refused("epoch is 1", [](E& e) { e.steps[1].epoch = 1; });
  Everything image = good();
  image.header.crc = 1;
  EXPECT_NE(refusal(image, false).find("crc is 0x1"), std::string::npos);
}

// Any words anywhere: refused, or accepted, but never read beyond (a sanitizer's business).
TEST(ImageCheck, TakesAnyWords) {
  std::mt19937 random(1);
  const std::uint32_t values[] = {
      0,         1,   2,     3,     4,          5,          8,        16,
      255,       256, 65535, 65536, 0x7FFFFFFF, 0x80000000, kImageAt, kWorkspaceAt,
      0xFFFFFFFF};
  constexpr std::size_t kWords = sizeof(Everything) / 4;
  unsigned accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    Everything image = good();
    for (unsigned change = 0; change < 1 + random() % 3; ++change) {
      const auto step = static_cast<std::uint32_t>(random() % 3);
      const std::uint32_t value = values[random() % (sizeof values / sizeof *values)] + step - 1;
      std::memcpy(reinterpret_cast<char*>(&image) + 4 * (random() % kWords), &value, 4);
    }
    if (refusal(image).empty()) ++accepted;
  }
  EXPECT_GT(accepted, 0U);
}

}  // namespace
