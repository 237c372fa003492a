#include "providers/testing/reader_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return belay::providers::fuzz_reader(belay::providers::DialectKind::chat, data, size);
}
