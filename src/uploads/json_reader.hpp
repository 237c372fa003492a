// Reads a JSON of climbs. The parsing is Boost.JSON's, piece by piece, without building a document.
//
// The document must be an object or an array. Each object in it that has a member `grade` (in any letter case) is a
// climb, at any depth. Its date, its outcome and its discipline are members with the names that a CSV's
// columns have (climb_fields.hpp). What it lacks, it has from the objects around it: the date from any of them
// ({"date": …, "climbs": [{"grade": …}]}), the outcome only from an object whose member it is and which has no other climb
// ({"sent": true, "route": {"grade": …}}). A document without a grade is fine: only a CSV must have one.
//
// Errors (unprocessable) name the line: text that is no JSON, a text or key that is too long, too deep nesting, two grades
// in one object.
//
// Memory: a few strings of Config::max_cell bytes for each open object, and there are at most Config::max_depth.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <boost/system/error_code.hpp>

#include "uploads/upload_builder.hpp"

namespace belay::uploads {

class JsonReader final : public ContentReader {
 public:
  // `out` must outlive the reader.
  JsonReader(const Config& config, UploadBuilder& out);
  ~JsonReader() override;

  Result<> push(std::string_view text) override;
  Result<> finish() override;

 private:
  struct Parser;

  Error broken(const boost::system::error_code& code) const;

  UploadBuilder& out_;
  std::unique_ptr<Parser> parser_;
  std::uint64_t line_ = 1;
};

}  // namespace belay::uploads
