// Fuzz test: reads arbitrary bytes as a CSV and as a text. What is checked is in upload_fuzzing.hpp.
#include "uploads/upload_fuzzing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  belay::uploads::check_upload(belay::uploads::Format::csv, bytes);
  belay::uploads::check_upload(belay::uploads::Format::txt, bytes);
  return 0;
}
