#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/network/network.h"
#include "platform/network/network_error.h"

namespace aimc::network {

/// Reads a network of the operators of OperatorCode out of the bytes of a TFLite file (schema
/// version 3, one subgraph) and checks it: types, shapes and quantisation of every operator fit,
/// and its inputs are known when its turn comes. Throws NetworkError, one line that names file and
/// operator or tensor.
///
/// Time and memory are bounded by a few times the file, whatever its bytes are.
/// Source of field numbers and codes: schema.fbs of TensorFlow Lite, version 3.
/// @param file its name, for messages
Network read_tflite(std::vector<std::uint8_t> bytes, const std::string& file);

/// The same for a file of at most 256 MiB on disk.
Network load_tflite(const std::string& path);

}  // namespace aimc::network
