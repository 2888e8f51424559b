// The TFLite reader on any bytes: a network whose parts fit together and which can be run, or one
// line that says what is wrong.

#include <string>
#include <vector>

#include "platform/network/interpreter.h"
#include "platform/network/tflite_reader.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using aimc::test::require;
  try {
    const aimc::network::Network network = aimc::network::read_tflite({data, data + size}, "m");
    std::uint64_t work = 0;
    for (const auto& op : network.operators) {
      work +=
          aimc::network::multiply_accumulates(network, op) + network.tensors[op.output].elements;
    }
    for (const auto& tensor : network.tensors) {
      require(!tensor.constant || tensor.data_begin + tensor.data_bytes <= size,
              "a constant lies inside the file");
      work += tensor.constant ? 0 : tensor.elements;
    }
    constexpr std::uint64_t kMostWork = 1U << 20U;
    if (work > kMostWork) return 0;
    aimc::network::Interpreter(network, aimc::network::Rounding::kDouble).run();
    aimc::network::Interpreter(network, aimc::network::Rounding::kSingle).run();
  } catch (const aimc::network::NetworkError& error) {
    const std::string message = error.what();
    require(message.rfind("model 'm'", 0) == 0, "a refusal names the file");
    require(message.find('\n') == std::string::npos, "a refusal is one line");
  }
  return 0;
}
