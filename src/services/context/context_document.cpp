#include "services/context/context_document.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "base/json_elements.hpp"
#include "base/json_text.hpp"
#include "base/utf8.hpp"
#include "prompts/hygiene.hpp"
#include "services/context/derived_summary.hpp"
#include "uploads/statistics_builder.hpp"

namespace belay::services {
namespace {

constexpr auto kSections = std::to_array<std::string_view>(
    {"summary", "climbs", "performance", "training", "health", "goals", "uploads"});

Error wrong(std::string field, std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail), std::move(field));
}

Error too_much(std::string field, std::string detail, std::string limit) {
  Error error = make_error(ErrorCode::payload_too_large, std::move(detail), std::move(field));
  error.limit = std::move(limit);
  return error;
}

void append_member(std::string_view name, std::string_view json, std::string& out) {
  out.append(out.empty() ? "{" : ",").append(json_string(name)).append(":").append(json);
}

// A climb as far as its grade, date and outcome go.
struct ReadClimb {
  std::string grade;
  uploads::DateReading date;
  uploads::Outcome outcome = uploads::Outcome::unknown;
  uploads::Discipline discipline = uploads::Discipline::unknown;
};

}  // namespace

// Fills a document.
struct ContextDocument::Reader {
  const Limits& limits;
  const Reading reading;
  ContextDocument& document;

  bool is_strict() const { return reading == Reading::strict; }

  Result<> read(const JsonObject& object) {
    for (const JsonObject::Member& member : object.members())
      if (auto done = read_section(member); !done && is_strict()) return done;
    return {};
  }

  Result<> read_section(const JsonObject::Member& member) {
    if (std::find(kSections.begin(), kSections.end(), member.name) == kSections.end()) {
      const std::string_view name = std::string_view(member.name).substr(0, 64);
      return wrong(std::string(name.substr(0, valid_utf8_prefix(name))),
                   fmt::format("A context has no such field. Use {}.", fmt::join(kSections, ", ")));
    }
    if (member.kind == JsonKind::null) return {};
    if (member.name == "climbs") return read_climbs(member);
    if (member.name == "summary" && member.kind != JsonKind::string)
      return wrong("summary", "The summary must be a text in quotes.");
    if (member.kind == JsonKind::number || member.kind == JsonKind::boolean)
      return wrong(member.name, fmt::format("{} must be an object, a list or a text.", member.name));
    document.sections_.push_back({member.name, compact_json(member.raw)});
    return {};
  }

  Result<> read_climbs(const JsonObject::Member& member) {
    if (member.kind != JsonKind::array) return wrong("climbs", "climbs must be a list of objects.");
    const std::vector<std::string_view> elements = json_elements(member.raw);
    if (is_strict() && elements.size() > limits.max_climbs)
      return too_much("climbs",
                      fmt::format("The context has {} climbs, and at most {} are kept. Leave out the oldest.",
                                  elements.size(), limits.max_climbs),
                      "context.max_climbs");
    document.sections_.push_back({"climbs", {}});
    uploads::StatisticsBuilder statistics(elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i)
      if (auto done = add_climb(elements[i], i, statistics); !done && is_strict()) return done;
    document.statistics_ = std::make_shared<const uploads::Statistics>(statistics.finish());
    return {};
  }

  Result<> add_climb(std::string_view json, std::size_t index, uploads::StatisticsBuilder& statistics) {
    const std::string path = fmt::format("climbs[{}]", index);
    if (!json.starts_with('{'))
      return wrong(path, fmt::format("{} must be an object, like {{\"grade\": \"V4\"}}.", path));
    const auto object = JsonObject::read(json, kMaxDepth);
    if (!object) return object.error();
    ReadClimb climb;
    for (const JsonObject::Member& member : object->members())
      if (auto done = read_member(member, path, climb); !done && is_strict()) return done;
    const auto day =
        climb.date.month_first != uploads::kNoDay ? climb.date.month_first : climb.date.day_first;
    document.climbs_.push_back({compact_json(json), day});
    return statistics.add({climb.grade, climb.date, climb.outcome, climb.discipline});
  }

  static Result<> read_member(const JsonObject::Member& member, const std::string& path, ReadClimb& climb) {
    if (member.kind == JsonKind::null) return {};
    const bool is_text = member.kind == JsonKind::string;
    const std::string_view value = is_text ? std::string_view(member.text) : member.raw;
    const bool is_plain = is_text || member.kind == JsonKind::number || member.kind == JsonKind::boolean;
    switch (uploads::role_of(member.name)) {
      case uploads::FieldRole::grade:
        if (!is_plain) return wrong(path + ".grade", path + ".grade must be a text like \"V4\" or \"6b+\".");
        climb.grade = value;
        return {};
      case uploads::FieldRole::date:
        return read_date(member, path, climb);
      case uploads::FieldRole::outcome:
        if (is_plain) climb.outcome = uploads::combined(climb.outcome, uploads::outcome_of(value));
        return {};
      case uploads::FieldRole::discipline:
        if (is_text && climb.discipline == uploads::Discipline::unknown)
          climb.discipline = uploads::discipline_of(value);
        return {};
      case uploads::FieldRole::other:
        return {};
    }
    return {};
  }

  // Only "date" must be one. "day" and "timestamp" may mean other things.
  static Result<> read_date(const JsonObject::Member& member, const std::string& path, ReadClimb& climb) {
    const auto date =
        member.kind == JsonKind::string ? uploads::read_date(member.text) : uploads::DateReading();
    const bool is_clear = date.exists() && !date.is_ambiguous();
    if (!is_clear && member.name == "date") {
      if (date.exists() && !climb.date.exists()) climb.date = date;
      return wrong(path + ".date", fmt::format("{}.date must be a date like \"2025-02-21\".", path));
    }
    if (date.exists() && !climb.date.exists()) climb.date = date;
    return {};
  }

  void sort() {
    std::vector<Climb>& climbs = document.climbs_;
    std::vector<std::size_t>& newest = document.newest_;
    newest.resize(climbs.size());
    std::iota(newest.begin(), newest.end(), std::size_t{0});
    std::sort(newest.begin(), newest.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(climbs[a].day, a) > std::pair(climbs[b].day, b);
    });
  }

  // Of another server's document. The statistics count the climbs that are left out, too.
  void drop_oldest() {
    std::vector<Climb>& climbs = document.climbs_;
    if (climbs.size() <= limits.max_climbs) return;
    std::vector<bool> keeps(climbs.size());
    for (std::size_t i = 0; i < limits.max_climbs; ++i) keeps[document.newest_[i]] = true;
    std::vector<Climb> kept;
    for (std::size_t i = 0; i < climbs.size(); ++i)
      if (keeps[i]) kept.push_back(std::move(climbs[i]));
    climbs = std::move(kept);
    sort();
  }
};

ContextDocument::ContextDocument() : statistics_(std::make_shared<const uploads::Statistics>()) {}

Result<ContextDocument> ContextDocument::read(std::string_view text, const Limits& limits, Reading reading) {
  if (text.size() > limits.max_size.value)
    return too_much(
        {}, fmt::format("The context is longer than {} bytes. Leave out old climbs.", limits.max_size.value),
        "context.max_document");
  const auto object = JsonObject::read(text, kMaxDepth, "The context");
  if (!object) return object.error();
  ContextDocument document;
  Reader reader{limits, reading, document};
  if (auto done = reader.read(*object); !done) return done.error();
  reader.sort();
  reader.drop_oldest();
  return document;
}

std::string ContextDocument::text() const {
  return text_with({});
}

std::string ContextDocument::text_with(const std::vector<std::string>& more_climbs) const {
  std::string list = "[";
  for (const Climb& climb : climbs_) list.append(list.size() == 1 ? "" : ",").append(climb.json);
  for (const std::string& climb : more_climbs) list.append(list.size() == 1 ? "" : ",").append(climb);
  list.append("]");
  std::string out;
  bool has_list = false;
  for (const Section& section : sections_) {
    const bool is_climbs = section.name == "climbs";
    append_member(section.name, is_climbs ? list : section.json, out);
    has_list = has_list || is_climbs;
  }
  if (!has_list && !more_climbs.empty()) append_member("climbs", list, out);
  return out.empty() ? "{}" : out.append("}");
}

std::vector<std::string_view> ContextDocument::climbs_as_given() const {
  std::vector<std::string_view> climbs;
  for (const Climb& climb : climbs_) climbs.push_back(climb.json);
  return climbs;
}

std::string_view ContextDocument::section(std::string_view name) const {
  for (const Section& section : sections_)
    if (section.name == name) return section.json;
  return {};
}

// JSON text; empty: none.
std::string ContextDocument::summary(const PersonalData& personal) const {
  if (const std::string_view given = section("summary"); !given.empty()) {
    std::string text = personal.removed_from(given, "summary");
    if (prompts::has_visible_text(std::string_view(text).substr(1, text.size() - 2))) return text;
  }
  const std::string goals = goals_in_words(personal.removed_from(section("goals"), "goals"));
  const std::string derived = derived_summary(*statistics_, goals);
  return derived.empty() ? std::string() : json_string(derived);
}

std::string ContextDocument::view(const PersonalData& personal, const std::vector<std::string_view>& sections,
                                  std::size_t max_climbs) const {
  std::string out;
  if (const std::string text = summary(personal); !text.empty()) append_member("summary", text, out);
  for (const std::string_view name : sections)
    if (const std::string_view json = section(name); !json.empty())
      append_member(name, personal.removed_from(json, name), out);
  if (climbs_.empty()) return out.empty() ? out : out.append("}");
  std::string list = "[";
  for (std::size_t i = 0; i < std::min(newest_.size(), max_climbs); ++i)
    list.append(i == 0 ? "" : ",").append(personal.removed_from(climbs_[newest_[i]].json, "climbs"));
  append_member("climbs", list.append("]"), out);
  return out.append("}");
}

std::string ContextDocument::for_basic(const PersonalData& personal) const {
  return view(personal, {"goals"}, kBasicClimbs);
}

std::string ContextDocument::for_premium(const PersonalData& personal) const {
  return view(personal, {"goals", "health", "training", "performance", "uploads"}, climbs_.size());
}

}  // namespace belay::services
