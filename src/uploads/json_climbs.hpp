// Finds the climbs in a JSON document while it is parsed. The calls come from the parser (json_reader.cpp), in
// the order of the document. The document is well-formed as far as it has come.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "uploads/upload_builder.hpp"

namespace belay::uploads {

class JsonClimbs {
 public:
  explicit JsonClimbs(UploadBuilder& out) : out_(out) {}

  enum class Kind { string, number, word };  // word: true, false, null

  void begin(bool is_object);
  Result<> end();
  void key(std::string_view name);
  // Of a string: its decoded text; else the text as it is in the document.
  Result<> value(Kind kind, std::string_view text);
  bool is_inside() const { return !open_.empty(); }

 private:
  struct Open {
    bool is_object;
    bool has_members = false;
    std::string key{};            // of the member that is being read
    std::size_t path_size = 0;    // of the path to this object or array
    std::size_t first_climb = 0;  // the number of climbs before it
    bool has_grade = false;
    bool has_object_climb = false;  // the value of a member is an object with a grade
    std::string grade{};
    DateReading date{};
    Outcome outcome = Outcome::unknown;
    Discipline discipline = Discipline::unknown;
  };

  void separate();
  void append_key(std::string_view name);
  Result<> read_member(Kind kind, std::string_view text);
  Result<> end_object(const Open& ended);

  UploadBuilder& out_;
  std::vector<Open> open_;
  std::string path_;  // of the value that is being read: "sessions[].climbs[].grade"
};

}  // namespace belay::uploads
