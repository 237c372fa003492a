#include "uploads/json_climbs.hpp"

#include <utility>

#include "base/json_text.hpp"
#include "base/utf8.hpp"
#include "uploads/format.hpp"
#include "uploads/safe_text.hpp"

namespace belay::uploads {
namespace {

// How much of a key a path shows.
constexpr std::size_t kMaxKeyBytes = 64;

std::string quoted(std::string_view text) {
  std::string out = "\"";
  append_json_text(safe_text(text), out);
  return out += '"';
}

}  // namespace

// Writes the comma between two values.
void JsonClimbs::separate() {
  if (open_.empty() || open_.back().is_object) return;
  if (std::exchange(open_.back().has_members, true)) out_.whole.append(",");
}

void JsonClimbs::begin(bool is_object) {
  separate();
  out_.whole.append(is_object ? "{" : "[");
  if (!is_object) path_ += "[]";
  open_.push_back({.is_object = is_object, .path_size = path_.size(), .first_climb = out_.climbs.size()});
}

Result<> JsonClimbs::end() {
  const Open ended = std::move(open_.back());
  open_.pop_back();
  out_.whole.append(ended.is_object ? "}" : "]");
  path_.resize(ended.path_size - (ended.is_object ? 0 : 2));
  return ended.is_object ? end_object(ended) : Result<>();
}

Result<> JsonClimbs::end_object(const Open& ended) {
  if (ended.has_grade)
    if (auto fine = out_.climbs.add({ended.grade, ended.date, ended.outcome, ended.discipline}); !fine)
      return fine;
  if (ended.date.exists()) out_.climbs.set_missing_dates(ended.first_climb, ended.date);
  const bool has_one = out_.climbs.size() == ended.first_climb + 1;
  if (has_one && !ended.has_grade && ended.outcome != Outcome::unknown && ended.has_object_climb)
    out_.climbs.set_missing_outcome(ended.outcome);
  if (ended.has_grade && !open_.empty()) open_.back().has_object_climb = open_.back().is_object;
  return {};
}

void JsonClimbs::key(std::string_view name) {
  Open& object = open_.back();
  if (std::exchange(object.has_members, true)) out_.whole.append(",");
  if (!out_.whole.overflowed()) out_.whole.append(quoted(name) + ':');
  object.key = name;
  path_.resize(object.path_size);
  if (!path_.empty()) path_ += '.';
  path_ += name.substr(0, valid_utf8_prefix(name.substr(0, kMaxKeyBytes)));
}

Result<> JsonClimbs::value(Kind kind, std::string_view text) {
  separate();
  ++out_.records;
  if (!out_.whole.overflowed()) out_.whole.append(kind == Kind::string ? quoted(text) : std::string(text));
  if (open_.back().is_object) return read_member(kind, text);
  out_.fields.add(path_, text);
  return {};
}

Result<> JsonClimbs::read_member(Kind kind, std::string_view text) {
  Open& object = open_.back();
  const FieldRole role = role_of(object.key);
  const bool is_null = kind == Kind::word && text == "null";
  if (role == FieldRole::grade) {
    if (std::exchange(object.has_grade, true))
      return unusable(
          "An object of your JSON has two members with the name grade. Rename or remove one of them.");
    if (!is_null) object.grade = text;
    return {};
  }
  if (is_null) return {};
  if (role == FieldRole::date && kind == Kind::string && !object.date.exists()) object.date = read_date(text);
  if (role == FieldRole::outcome) object.outcome = combined(object.outcome, outcome_of(text));
  if (role == FieldRole::discipline) object.discipline = discipline_of(text);
  if (role != FieldRole::date) out_.fields.add(path_, text);
  return {};
}

}  // namespace belay::uploads
