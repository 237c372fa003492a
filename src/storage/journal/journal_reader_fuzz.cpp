// Reads arbitrary bytes as a segment: once unchanged, and once with corrected header and checksums, so that
// the code behind those checks is reached.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "storage/journal/journal_reader.hpp"

using namespace belay;
using namespace belay::storage;

namespace {

void read_all(std::string_view bytes) {
  MemoryInput input(bytes);
  SegmentReader reader(input);
  Batch batch;
  while (reader.next(batch)) {
    for (const BatchEntry& entry : batch.entries) {
      const auto* append = std::get_if<LogAppend>(&entry);
      if (!append) continue;
      EventReader events(append->events);
      Event event;
      std::uint32_t count = 0;
      while (events.next(event)) ++count;
      if (!events.ok() || count != append->count) std::abort();  // the reader returned invalid events
    }
  }
  if (reader.end() == SegmentEnd::none || reader.place() > bytes.size()) std::abort();
}

void make_right(std::string& bytes) {
  const EncodedHeader header =
      encode_header({.generation = 1, .sequence = 1, .created = {1'795'000'000'000}});
  bytes.insert(0, header.bytes.data(), header.bytes.size());
  for (std::size_t at = kSegmentHeaderSize; at + kBatchHeaderSize < bytes.size();) {
    char* const batch = bytes.data() + at;
    const std::size_t max = bytes.size() - at - kBatchHeaderSize;
    const auto size = static_cast<std::uint32_t>(
        std::min<std::size_t>(load_fixed<std::uint8_t>(batch + kBatchChecksumSize) + std::size_t(1), max));
    store_fixed(size, batch + kBatchChecksumSize);
    const std::size_t covered = kBatchHeaderSize - kBatchChecksumSize + size;
    store_fixed(XXH3_64bits_withSeed(batch + kBatchChecksumSize, covered, batch_seed(header.checksum, at)),
                batch);
    at += kBatchHeaderSize + size;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  read_all(bytes);
  make_right(bytes);
  read_all(bytes);
  return 0;
}
