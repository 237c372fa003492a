#include "storage/journal/journal_show.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "storage/journal/journal_reader.hpp"

namespace belay::storage {
namespace {

// Makes text safe for one line of a terminal: escapes control characters and invalid UTF-8.
std::string escaped(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const std::size_t valid = valid_utf8_prefix(bytes);
    for (std::size_t i = 0; i < valid; ++i) {
      const auto c = static_cast<unsigned char>(bytes[i]);
      const bool c1_control =
          c == 0xC2 && static_cast<unsigned char>(bytes[i + 1]) < 0xA0;  // U+0080 … U+009F
      if (c1_control)
        out += fmt::format("\\u{:04x}", static_cast<unsigned char>(bytes[++i]));
      else if (c == '\n')
        out += "\\n";
      else if (c == '\\')
        out += "\\\\";
      else if (c < 0x20 || c == 0x7F)
        out += fmt::format("\\x{:02x}", c);
      else
        out += bytes[i];
    }
    bytes.remove_prefix(valid);
    if (bytes.empty()) break;
    out += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes.front()));
    bytes.remove_prefix(1);
  }
  return out;
}

std::string name_of(RunMark mark) {
  switch (mark) {
    case RunMark::opened:
      return "opened";
  }
  return fmt::format("number {}", static_cast<unsigned>(mark));
}

class Reciter {
 public:
  Reciter(const ShowOptions& options, std::ostream& out) : options_(options), out_(out) {}

  void segment(const std::string& file, SegmentInput& input) {
    file_ = file;
    SegmentReader reader(input);
    if (reader.end() == SegmentEnd::unreadable) return finding(0, "cannot be read");
    if (reader.header_state() == DecodedHeader::State::broken) return finding(0, "no readable header");
    if (reader.header_state() == DecodedHeader::State::unknown_version)
      return finding(0, "written by another version of Belay");
    const SegmentHeader& header = reader.header();
    out_ << fmt::format("{}  segment of {} bytes, made {}, generation {}, loop {}, durability {}, boot {}\n",
                        file_, input.size(), iso8601(header.created), header.generation, header.loop,
                        to_string(header.durability), to_string(header.boot));
    Batch batch;
    while (reader.next(batch)) recite(batch);
    const std::uint64_t left = input.size() - reader.place();
    switch (reader.end()) {
      case SegmentEnd::none:
      case SegmentEnd::clean:
        return;
      case SegmentEnd::torn_tail:
        return finding(reader.place(),
                       fmt::format("torn tail of {} bytes, or a batch that is being written", left));
      case SegmentEnd::broken:
        return finding(reader.place(),
                       fmt::format("broken batch, the {} bytes from here on are not read", left));
      case SegmentEnd::unreadable:
        return finding(reader.place(), "cannot be read");
    }
  }

  void finding(std::uint64_t place, std::string_view what) {
    out_ << fmt::format("{} @{}  ! {}\n", file_, place, what);
  }
  void named_finding(const std::string& file, std::string_view what) {
    out_ << fmt::format("{}  ! {}\n", file, what);
  }

 private:
  bool wanted(const RunId& run) const { return !options_.run || *options_.run == run; }

  void recite(const Batch& batch) {
    place_ = batch.place;
    if (!options_.run)
      out_ << fmt::format("{} @{}  batch of {} bytes, entries: {}\n", file_, place_, batch.size,
                          batch.entries.size());
    for (const BatchEntry& entry : batch.entries) {
      if (const auto* events = std::get_if<LogAppend>(&entry))
        recite(*events);
      else
        recite(std::get<MarkAppend>(entry));
    }
  }

  void recite(const LogAppend& append) {
    if (!wanted(append.run)) return;
    const std::string run = append.run.text();
    EventReader reader(append.events);
    Event event;
    while (reader.next(event)) {
      out_ << fmt::format("{} @{}  {} {} {} {} {} bytes", file_, place_, run,
                          Position{append.epoch, event.offset}.text(), to_string(event.type),
                          iso8601(event.time), event.payload.size());
      if (options_.payload == ShowPayload::text) out_ << " \"" << escaped(event.payload) << '"';
      out_ << '\n';
    }
  }

  void recite(const MarkAppend& mark) {
    if (!wanted(mark.run)) return;
    out_ << fmt::format("{} @{}  {} mark {}\n", file_, place_, mark.run.text(), name_of(mark.mark));
  }

  const ShowOptions& options_;
  std::ostream& out_;
  std::string file_;
  std::uint64_t place_ = 0;
};

}  // namespace

Result<> show_journal(const std::filesystem::path& path, const ShowOptions& options, std::ostream& out) {
  Reciter reciter(options, out);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) {
    auto input = FileInput::open(path);
    if (!input) return input.error();
    reciter.segment(path.filename().string(), **input);
    return {};
  }
  if (!std::filesystem::is_directory(path, ignored))
    return make_error(
        ErrorCode::not_found,
        fmt::format("There is no journal at {}. Name a data directory or a segment file.", path.string()));

  const std::filesystem::path below = journal_directory(path);
  const std::filesystem::path directory = std::filesystem::is_directory(below, ignored) ? below : path;
  const auto names = list_segments(directory);
  if (!names) return names.error();
  for (const SegmentName& name : *names) {
    auto input = FileInput::open(directory / name.file());
    if (input)
      reciter.segment(name.file(), **input);
    else if (input.error().code == ErrorCode::not_found)
      reciter.named_finding(name.file(), "removed meanwhile");
    else
      return input.error();
  }
  return {};
}

}  // namespace belay::storage
