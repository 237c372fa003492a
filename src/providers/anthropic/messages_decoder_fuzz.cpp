#include "providers/testing/decoder_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return belay::providers::fuzz_decoder(belay::providers::ProtocolKind::messages, data, size);
}
