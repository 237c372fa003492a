// Removes personal data from a JSON document before a model sees it (requirement S8). It goes by the names of fields, at
// any depth:
//
//   - names of people, and who was with them; e-mail addresses, phone numbers, postal addresses, places of residence,
//     dates of birth, coordinates, ids, pictures, accounts on social networks, passwords. kPersonal in the .cpp is the list
//   - the field "name", except where it is the name of a thing: directly in a climb, a goal, an exercise (kThings)
//   - additional names from the settings
//
// Names are compared in any letter case, without spaces, hyphens, underscores and dots: "E-Mail", "e_mail" and
// "eMail" are the same. A field whose name ends with a listed word of two parts or more is removed, too
// ("homeAddress", "coach_first_name"), and so is one whose last word is "id" ("userId", "device_id").
//
// In all texts that stay, e-mail addresses, phone numbers, links and "@accounts" are replaced: "[e-mail]", "[phone]",
// "[link]", "[account]". Names of people in sentences cannot be recognised.
//
// Pure; immutable; any thread.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/strict_json.hpp"

namespace belay::services {

class PersonalData {
 public:
  explicit PersonalData(const std::vector<std::string>& more_fields = {});

  // `json` must be a value inside a text that JsonObject::read() has accepted. The result is compact; numbers keep
  // their text. `field`: the name of the member whose value it is; empty: none.
  std::string removed_from(std::string_view json, std::string_view field = {}) const;

 private:
  // What an object stands for: "name" is personal unless it is a thing's.
  enum class Kind { other, thing };
  bool is_personal(const JsonObject::Member& member, Kind kind) const;
  std::string removed_from(std::string_view json, Kind kind) const;

  std::set<std::string, std::less<>> more_;  // plain
};

// The texts of contacts in a sentence replaced, as above. `text` must be valid UTF-8.
std::string without_contacts(std::string_view text);

}  // namespace belay::services
