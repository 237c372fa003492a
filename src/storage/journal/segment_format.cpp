#include "storage/journal/segment_format.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

namespace belay::storage {
namespace {

constexpr std::string_view kMagic = "BELAYJNL";
constexpr std::size_t kHeaderChecksumAt = kSegmentHeaderSize - 8;
constexpr std::string_view kSuffix = ".log";

// Accepts digits only, at least `width` of them, and not more than always fit into 64 bits.
template <class Number>
bool take_number(std::string_view& text, std::size_t width, Number& out) {
  const std::size_t size = std::min(text.find_first_not_of("0123456789"), text.size());
  if (size < width || size > 18) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + size, out);
  text.remove_prefix(size);
  return error == std::errc{};
}

bool take_text(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

}  // namespace

BootId current_boot_id() {
  BootId id{};
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text;
  if (!std::getline(file, text)) return id;
  std::erase(text, '-');
  if (text.size() != 2 * id.size()) return id;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const char* digits = text.data() + 2 * i;
    if (std::from_chars(digits, digits + 2, id[i], 16).ptr != digits + 2) return {};
  }
  return id;
}

std::string to_string(const BootId& id) {
  std::string out;
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += fmt::format("{:02x}", id[i]);
  }
  return out;
}

std::string_view to_string(Durability durability) {
  switch (durability) {
    case Durability::memory:
      return "memory";
    case Durability::process:
      return "process";
    case Durability::disk:
      return "disk";
  }
  return "unknown";
}

EncodedHeader encode_header(const SegmentHeader& header) {
  EncodedHeader out{};
  char* const at = out.bytes.data();
  std::memcpy(at, kMagic.data(), kMagic.size());
  store_fixed(kSegmentVersion, at + 8);
  store_fixed(static_cast<std::uint8_t>(header.durability), at + 10);
  store_fixed(header.loop, at + 12);
  store_fixed(header.generation, at + 16);
  store_fixed(header.sequence, at + 24);
  store_fixed(header.created.ms, at + 32);
  std::memcpy(at + 40, header.boot.data(), header.boot.size());
  out.checksum = XXH3_64bits(at, kHeaderChecksumAt);
  store_fixed(out.checksum, at + kHeaderChecksumAt);
  return out;
}

DecodedHeader decode_header(std::string_view bytes) {
  DecodedHeader out;
  if (bytes.size() < kSegmentHeaderSize || !bytes.starts_with(kMagic)) return out;
  const char* const at = bytes.data();
  out.checksum = load_fixed<std::uint64_t>(at + kHeaderChecksumAt);
  if (out.checksum != XXH3_64bits(at, kHeaderChecksumAt)) return out;
  if (load_fixed<std::uint16_t>(at + 8) != kSegmentVersion) {
    out.state = DecodedHeader::State::unknown_version;
    return out;
  }
  const auto durability = load_fixed<std::uint8_t>(at + 10);
  out.header.durability = static_cast<Durability>(durability);
  out.header.loop = load_fixed<std::uint32_t>(at + 12);
  out.header.generation = load_fixed<std::uint64_t>(at + 16);
  out.header.sequence = load_fixed<std::uint64_t>(at + 24);
  out.header.created.ms = load_fixed<std::int64_t>(at + 32);
  std::memcpy(out.header.boot.data(), at + 40, out.header.boot.size());
  if (durability <= static_cast<std::uint8_t>(Durability::disk) && is_storable(out.header.created))
    out.state = DecodedHeader::State::good;
  return out;
}

std::optional<SegmentName> SegmentName::parse(std::string_view file) {
  SegmentName name;
  const bool good = take_number(file, 8, name.generation) && take_text(file, "-loop-") &&
                    take_number(file, 2, name.loop) && take_text(file, "-") &&
                    take_number(file, 8, name.sequence) && file == kSuffix;
  if (!good) return std::nullopt;
  return name;
}

std::string SegmentName::file() const {
  return fmt::format("{:08}-loop-{:02}-{:08}{}", generation, loop, sequence, kSuffix);
}

Result<std::vector<SegmentName>> list_segments(const std::filesystem::path& directory) {
  std::vector<SegmentName> names;
  std::error_code failed;
  std::filesystem::directory_iterator entry(directory, failed);
  if (failed == std::errc::no_such_file_or_directory) return names;
  for (; !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed))
    if (const auto name = SegmentName::parse(entry->path().filename().string())) names.push_back(*name);
  if (failed)
    return make_error(ErrorCode::unavailable, fmt::format("The journal's directory {} cannot be read: {}.",
                                                          directory.string(), failed.message()));
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace belay::storage
