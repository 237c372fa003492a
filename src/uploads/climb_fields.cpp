#include "uploads/climb_fields.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "uploads/safe_text.hpp"

namespace belay::uploads {
namespace {

constexpr std::size_t kMaxNameBytes = 64;  // longer names have no role, longer cells no known word
constexpr std::size_t kMaxSentenceBytes = 4'096;

constexpr std::array<std::string_view, 10> kDateNames = {
    "date",        "day",        "climbdate", "climbedon", "climbedat",
    "dateclimbed", "ascentdate", "senddate",  "timestamp", "datetime"};
constexpr std::array<std::string_view, 19> kOutcomeNames = {
    "sent",      "send",     "sends",      "success", "successful", "completed", "complete",
    "topped",    "top",      "result",     "outcome", "status",     "style",     "leadstyle",
    "sendstyle", "ticktype", "ascenttype", "ascent",  "ascentstyle"};
constexpr std::array<std::string_view, 9> kDisciplineNames = {"discipline",     "type",     "climbtype",
                                                              "routetype",      "category", "climbingtype",
                                                              "boulderorroute", "kind",     "gradetype"};

constexpr std::array<std::string_view, 29> kSentWords = {
    "sent",     "send",       "sends",      "flash",      "flashed",     "onsight", "onsighted", "os",
    "redpoint", "redpointed", "rp",         "pinkpoint",  "pinkpointed", "pp",      "repeat",    "repeated",
    "top",      "topped",     "topped out", "tick",       "ticked",      "done",    "completed", "complete",
    "success",  "successful", "solo",       "greenpoint", "clean"};
constexpr std::array<std::string_view, 21> kNotSentWords = {
    "attempt", "attempted", "attempts", "project",   "projecting", "working", "worked",
    "fail",    "failed",    "fell",     "fall",      "hung",       "hang",    "dogged",
    "hangdog", "dnf",       "unsent",   "fell/hung", "not sent",   "tried",   "incomplete"};
constexpr std::array<std::string_view, 5> kYes = {"yes", "y", "true", "x", "✓"};
constexpr std::array<std::string_view, 3> kNo = {"no", "n", "false"};
constexpr std::array<std::string_view, 7> kDenials = {"not",      "no",       "didn't", "didn’t",
                                                      "couldn't", "couldn’t", "never"};

constexpr std::array<std::string_view, 4> kBoulder = {"boulder", "bouldering", "boulders", "boulder problem"};
constexpr std::array<std::string_view, 14> kRoute = {
    "sport",   "trad", "route",          "routes", "lead",          "rope",       "top rope",
    "toprope", "tr",   "sport climbing", "roped",  "trad climbing", "multipitch", "multi-pitch"};

template <class Words>
bool has(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string plain_name(std::string_view name) {
  std::string plain = lower_case(trimmed(name.substr(0, kMaxNameBytes)));
  std::erase_if(plain, [](char c) { return c == ' ' || c == '_' || c == '-'; });
  return plain;
}

}  // namespace

FieldRole role_of(std::string_view name) {
  name = trimmed(name);
  if (name.empty() || name.size() > kMaxNameBytes) return FieldRole::other;
  if (lower_case(name) == "grade") return FieldRole::grade;
  const std::string plain = plain_name(name);
  if (has(kDateNames, plain)) return FieldRole::date;
  if (has(kOutcomeNames, plain)) return FieldRole::outcome;
  if (has(kDisciplineNames, plain)) return FieldRole::discipline;
  return FieldRole::other;
}

Outcome outcome_of(std::string_view value) {
  value = trimmed(value);
  if (value.empty() || value.size() > kMaxNameBytes) return Outcome::unknown;
  const std::string word = lower_case(value);
  if (has(kYes, word) || has(kSentWords, word)) return Outcome::sent;
  if (has(kNo, word) || has(kNotSentWords, word)) return Outcome::not_sent;
  if (double number = 0; read_number(word, number)) return number > 0 ? Outcome::sent : Outcome::not_sent;
  return word.find(' ') == word.npos ? Outcome::unknown : outcome_in_sentence(word);
}

Outcome outcome_in_sentence(std::string_view sentence) {
  const std::string text = lower_case(sentence.substr(0, kMaxSentenceBytes));
  constexpr std::string_view kBetween = " \t,;:.!?()[]\"/-";
  bool sent = false;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find_first_of(kBetween), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (has(kDenials, word) || has(kNotSentWords, word)) return Outcome::not_sent;
    sent = sent || has(kSentWords, word);
  }
  return sent ? Outcome::sent : Outcome::unknown;
}

Outcome combined(Outcome a, Outcome b) {
  if (a == Outcome::sent || b == Outcome::unknown) return a;
  return b;
}

Discipline discipline_of(std::string_view value) {
  value = trimmed(value);
  if (value.empty() || value.size() > kMaxNameBytes) return Discipline::unknown;
  const std::string word = lower_case(value);
  if (has(kBoulder, word)) return Discipline::boulder;
  return has(kRoute, word) ? Discipline::route : Discipline::unknown;
}

}  // namespace belay::uploads
