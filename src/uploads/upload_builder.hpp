// What the readers of the three formats fill while they read a file. One owner; not thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "uploads/config.hpp"
#include "uploads/kept_text.hpp"
#include "uploads/statistics_builder.hpp"
#include "uploads/upload.hpp"

namespace belay::uploads {

struct UploadBuilder {
  explicit UploadBuilder(const Config& config)
      : climbs(config.max_climbs), whole(config.max_whole.value), sample(config.max_whole.value) {}

  StatisticsBuilder climbs;
  FieldSummaries fields;
  WholeText whole;
  LineSample sample;
  std::uint64_t records = 0;
};

// Reads the text of one format. The text arrives in pieces of whole characters. Each piece has at most
// kMaxPieceBytes bytes. After an error a reader is not used any more.
class ContentReader {
 public:
  static constexpr std::size_t kMaxPieceBytes = 16 * 1024;

  virtual ~ContentReader() = default;
  virtual Result<> push(std::string_view text) = 0;
  virtual Result<> finish() = 0;  // the file is complete
};

}  // namespace belay::uploads
