// The layout of a segment file. Numbers are little-endian; varints are those of core/types/codec.hpp.
//
//   segment := header (64 bytes)  batch*
//
//   header  := magic "BELAYJNL"  version (2)  durability (1)  zero (1)  loop (4)
//              generation (8)  sequence (8)  created (8, ms since 1970)  boot id (16)
//              checksum (8) of all bytes before it
//
//   batch   := checksum (8)  size (4) of the entries  entry+
//
//   entry   := key (varint: run number × 4 + kind), then by kind
//     new_run      time (8)  uuid (16)
//     events       epoch  first offset  base time  count  size  bytes
//     more_events  base time  count  size  bytes
//     mark         mark (1)
//
// A batch is valid as a whole or not at all. Its checksum is XXH3-64 over size and entries. The seed is the
// header's checksum plus the batch's place in the file, so a batch is valid only where it was written.
//
// new_run gives a run the next free number of this segment, from 0. The writer may forget a run whose events
// have all been trimmed; if that run gets more events, it gets another number. The fields of events are
// varints. The base time is zigzag-encoded and relative to `created`. more_events continue the run's last
// events in this segment, in the same epoch; their base time is relative to that of those events.
//
// File names are GENERATION-loop-LOOP-SEQUENCE.log. Every process that writes uses the next generation. So
// the names sort in the order in which a run's events were written, even if a later process continued the run
// on another loop.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include <xxhash.h>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "storage/journal/config.hpp"

namespace belay::storage {

inline constexpr std::size_t kSegmentHeaderSize = 64;
inline constexpr std::size_t kBatchHeaderSize = 12;
inline constexpr std::size_t kBatchChecksumSize = 8;
inline constexpr std::uint64_t kMaxBatchBytes = std::uint64_t(1) << 30;
inline constexpr std::uint16_t kSegmentVersion = 1;

enum class EntryKind : std::uint8_t { more_events = 0, events = 1, mark = 2, new_run = 3 };

// The times that a log can hold: the years 0000 … 9999, which are the ones that can be printed.
inline constexpr WallTime kEarliestTime{-62'167'219'200'000};
inline constexpr WallTime kLatestTime{253'402'300'799'999};
constexpr bool is_storable(WallTime time) {
  return kEarliestTime <= time && time <= kLatestTime;
}

// Changes with every boot of the machine; all zero when the kernel does not provide it.
using BootId = std::array<std::uint8_t, 16>;
BootId current_boot_id();
std::string to_string(const BootId& id);
std::string_view to_string(Durability durability);

struct SegmentHeader {
  Durability durability = Durability::process;
  std::uint32_t loop = 0;
  std::uint64_t generation = 0;
  std::uint64_t sequence = 0;
  WallTime created;
  BootId boot{};
};

struct EncodedHeader {
  std::array<char, kSegmentHeaderSize> bytes;
  std::uint64_t checksum;  // part of the seed of the batches' checksums
};
EncodedHeader encode_header(const SegmentHeader& header);

struct DecodedHeader {
  enum class State { good, broken, unknown_version };
  State state = State::broken;
  SegmentHeader header;
  std::uint64_t checksum = 0;
};
DecodedHeader decode_header(std::string_view bytes);

inline std::uint64_t batch_seed(std::uint64_t header_checksum, std::uint64_t place) {
  return header_checksum + place;
}

// A segment file's name. The order of names is the order in which the files must be read.
struct SegmentName {
  std::uint64_t generation = 0;
  std::uint32_t loop = 0;
  std::uint64_t sequence = 0;

  static std::optional<SegmentName> parse(std::string_view file);
  std::string file() const;
  friend auto operator<=>(const SegmentName&, const SegmentName&) = default;
};

// The segments in a journal's directory, in order. Empty when the directory does not exist.
Result<std::vector<SegmentName>> list_segments(const std::filesystem::path& directory);

// The journal's directory within a data directory.
inline std::filesystem::path journal_directory(const std::filesystem::path& data) {
  return data / "journal";
}

// A file in the journal's directory. While it exists, the journal and the store are those of a backup: clients
// may have seen more than they contain (storage/backup/restore.hpp).
inline constexpr const char* kRestoredMark = "restored";

template <class Number>
void append_fixed(Number value, std::string& out) {
  for (std::size_t i = 0; i < sizeof value; ++i)
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i)));
}
template <class Number>
void store_fixed(Number value, char* out) {
  for (std::size_t i = 0; i < sizeof value; ++i)
    out[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
}
template <class Number>
Number load_fixed(const char* bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    value |= std::uint64_t(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return static_cast<Number>(value);
}

// Encodes signed numbers so that numbers near zero have short varints.
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

}  // namespace belay::storage
