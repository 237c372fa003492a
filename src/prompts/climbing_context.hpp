// The context of a climber as it goes into a prompt: a JSON document that can be made smaller.
//
// What is left out first: climbs, from the end of the list (the list has the newest first); then whole sections, the
// goals and the summary last. The document then says what is missing: "climbs_left_out" is a number,
// "left_out" the names of sections. Numbers keep the text in which they were written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.hpp"

namespace belay::prompts {

class ClimbingContext {
 public:
  // Nothing if the text is no JSON object, or has no members.
  static std::optional<ClimbingContext> read(std::string_view document);

  // The document with as much as takes about `space` tokens. Empty if not even the summary fits. Pure.
  std::string fitted(TokenCount space) const;
  // The whole document.
  std::string whole() const;

 private:
  struct Section {
    std::string name;
    std::string text;                 // JSON; of the climbs: unused
    std::vector<std::string> climbs;  // JSON, the newest first
    bool is_climbs = false;
    std::uint64_t tokens = 0;  // without the climbs
  };
  // How much of the document is used.
  struct Cut {
    std::size_t climbs = 0;
    std::vector<bool> has_section;  // by index
  };
  std::string text_of(const Cut& cut) const;
  std::vector<std::size_t> by_importance() const;

  std::vector<Section> sections_;
};

}  // namespace belay::prompts
