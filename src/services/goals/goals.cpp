#include "services/goals/goals.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <vector>

#include <fmt/format.h>

#include "base/await.hpp"
#include "prompts/hygiene.hpp"

namespace belay::services {
namespace {

Error unfit(std::string_view field, std::string detail) {
  return make_error(ErrorCode::unprocessable, std::move(detail), std::string(field));
}

Error no_such_goal() {
  return make_error(ErrorCode::not_found, "There is no such goal. Check its id.", "id");
}

bool read_number(std::string_view text, int& out) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

bool has_control_character(std::string_view text, TextForm form) {
  return std::any_of(text.begin(), text.end(), [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (form == TextForm::text && (c == '\n' || c == '\t' || c == '\r')) return false;
    return byte < 0x20 || byte == 0x7F;
  });
}

}  // namespace

std::string random_hex(std::size_t bytes, Random& random) {
  std::vector<std::byte> filled(bytes);
  random.fill(filled);
  std::string text;
  for (const std::byte byte : filled) text += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return text;
}

std::string new_item_id(std::string_view prefix, Random& random) {
  return std::string(prefix) + random_hex(12, random);
}

bool is_date(std::string_view text) {
  int year = 0, month = 0, day = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  if (!read_number(text.substr(0, 4), year) || !read_number(text.substr(5, 2), month) ||
      !read_number(text.substr(8), day) || year < 1970 || month < 1 || day < 1)
    return false;
  return std::chrono::year_month_day(std::chrono::year(year),
                                     std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day)))
      .ok();
}

Result<> check_text(std::string_view text, std::string_view field, ByteCount max, TextForm form) {
  if (form == TextForm::title && !prompts::has_visible_text(text))
    return unfit(field, fmt::format("{} is empty. Write what it is.", field));
  if (text.size() > max.value)
    return unfit(field, fmt::format("{} may have {} bytes at most. Shorten it.", field, max.value));
  if (has_control_character(text, form))
    return unfit(field, fmt::format("{} has a control character. Remove it.", field));
  return {};
}

Result<> Goals::check(const GoalChange& change) const {
  Result<> fine;
  if (change.title) fine = check_text(*change.title, "title", parts_.config.max_title, TextForm::title);
  if (fine && change.description)
    fine = check_text(*change.description, "description", parts_.config.max_description, TextForm::text);
  if (fine && change.target_date && !change.target_date->empty() && !is_date(*change.target_date))
    fine = unfit("target_date", "target_date must be a day: 2026-12-31.");
  return fine;
}

Awaitable<Result<Goal>> Goals::create(Loop& loop, Deadline deadline, std::string user, NewGoal made) {
  const GoalChange all{made.title, made.description, made.status, made.target_date};
  if (const auto fine = check(all); !fine) co_return fine.error();
  const WallTime now = parts_.clock.wall();
  Goal goal{new_item_id("goal_", parts_.random),
            std::move(made.title),
            std::move(made.description),
            made.status,
            std::move(made.target_date),
            now,
            now};
  const auto done = co_await call<&GoalStore::create_goal>(loop, deadline, parts_.goals, user, goal,
                                                           parts_.config.max_goals_per_user);
  if (!done) co_return done.error();
  parts_.watchers.changed(user);
  co_return goal;
}

Awaitable<Result<Goal>> Goals::change(Loop& loop, Deadline deadline, std::string user, std::string id,
                                      GoalChange change) {
  if (const auto fine = check(change); !fine) co_return fine.error();
  auto changed = co_await call<&GoalStore::change_goal>(loop, deadline, parts_.goals, user, std::move(id),
                                                        std::move(change), parts_.clock.wall());
  if (!changed) co_return changed.error();
  if (!*changed) co_return no_such_goal();
  parts_.watchers.changed(user);
  co_return std::move(**changed);
}

Awaitable<Result<>> Goals::remove(Loop& loop, Deadline deadline, std::string user, std::string id) {
  const auto removed =
      co_await call<&GoalStore::remove_goal>(loop, deadline, parts_.goals, std::move(user), std::move(id));
  if (!removed) co_return removed.error();
  co_return Result<>();
}

Awaitable<Result<Goal>> Goals::find(Loop& loop, Deadline deadline, std::string user, std::string id) {
  auto found =
      co_await call<&GoalStore::find_goal>(loop, deadline, parts_.goals, std::move(user), std::move(id));
  if (!found) co_return found.error();
  if (!*found) co_return no_such_goal();
  co_return std::move(**found);
}

Awaitable<Result<GoalPage>> Goals::list(Loop& loop, Deadline deadline, std::string user, GoalQuery query) {
  co_return co_await call<&GoalStore::list_goals>(loop, deadline, parts_.goals, std::move(user),
                                                  std::move(query));
}

}  // namespace belay::services
