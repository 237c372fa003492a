// What holds for every uploaded file, for the fuzz tests: the borders of the pieces change nothing, limits are
// kept, and everything that is passed on is valid UTF-8 without control characters and without formulas.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "uploads/model_text.hpp"
#include "uploads/safe_text.hpp"
#include "uploads/upload_reader.hpp"

namespace belay::uploads {

inline void require(bool holds) {
  if (!holds) std::abort();
}

// Small limits, so that short inputs reach them.
inline Config small_limits() {
  Config config;
  config.max_file = 8_KiB;
  config.max_climbs = 64;
  config.max_columns = 16;
  config.max_cell = 128_B;
  config.max_depth = 8;
  config.max_whole = 1_KiB;
  return config;
}

inline Result<Upload> read_in_pieces(Format format, std::string_view bytes, std::size_t size) {
  UploadReader reader(format, small_limits());
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size())))
    if (auto fine = reader.push(bytes.substr(0, size)); !fine) {
      require(!reader.push("more"));
      return fine.error();
    }
  return reader.finish();
}

inline void check_text(std::string_view text) {
  require(is_valid_utf8(text));
  for (const char c : text) require(static_cast<unsigned char>(c) >= 0x20 || c == '\n');
}

// No line of a CSV or of a text is a formula.
inline void check_whole(const Upload& upload) {
  check_text(upload.whole);
  require(upload.whole.size() <= small_limits().max_whole.value);
  for (std::string_view rest = upload.whole; !rest.empty();) {
    require(!rest.starts_with('=') && !rest.starts_with('@') && !rest.starts_with("＝"));
    rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
  }
}

inline void check_counts(const Counts& counts) {
  require(counts.sent + counts.not_sent <= counts.climbs);
}

inline void check_statistics(const Statistics& statistics) {
  check_counts(statistics.total);
  require(statistics.total.climbs <= small_limits().max_climbs);
  std::uint64_t climbs = statistics.unknown_grades + statistics.without_grade;
  for (const GradeCounts& each : statistics.grades) climbs += each.counts.climbs;
  require(climbs == statistics.total.climbs);
  require(statistics.unknown_samples.size() <= kMaxUnknownSamples);
  for (const std::string& sample : statistics.unknown_samples) {
    check_text(sample);
    require(!sample.starts_with('=') && !sample.starts_with('@'));
  }
  require(statistics.months.size() <= kMaxMonths);
}

// Returns the upload, or nothing if the bytes are no valid upload.
inline Result<Upload> check_upload(Format format, std::string_view bytes) {
  Result<Upload> upload = read_in_pieces(format, bytes, bytes.size());
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}}) {
    const Result<Upload> again = read_in_pieces(format, bytes, size);
    require(again.has_value() == upload.has_value());
    if (!upload) continue;
    require(again->whole == upload->whole && again->sample == upload->sample);
    require(model_text(*again, 4_KiB) == model_text(*upload, 4_KiB));
  }
  if (!upload) {
    check_text(upload.error().detail);
    require(upload.error().detail.size() < 512 && upload.error().field == "file");
    return upload;
  }
  check_statistics(upload->statistics);
  check_whole(*upload);
  for (const ByteCount budget : {0_B, 50_B, 200_B, 1_KiB, 64_KiB}) {
    const std::string text = model_text(*upload, budget);
    require(text.size() <= budget.value);
    check_text(text);
  }
  return upload;
}

}  // namespace belay::uploads
