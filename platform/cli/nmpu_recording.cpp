#include "platform/cli/nmpu_recording.h"

namespace aimc::cli {

NmpuRecording::NmpuRecording(const std::string& path, const nmpu::Format& format)
    : file_(path), buffer_(file_), stream_(&buffer_), writer_(stream_, {format}) {}

void NmpuRecording::commit() {
  writer_.finish();
  file_.commit();
}

NmpuRecording::Buffer::int_type NmpuRecording::Buffer::overflow(int_type byte) {
  if (byte != traits_type::eof()) file_.put(traits_type::to_char_type(byte));
  return traits_type::not_eof(byte);
}

std::streamsize NmpuRecording::Buffer::xsputn(const char* bytes, std::streamsize count) {
  file_.write({bytes, static_cast<std::size_t>(count)});
  return count;
}

}  // namespace aimc::cli
