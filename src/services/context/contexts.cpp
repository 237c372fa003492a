#include "services/context/contexts.hpp"

#include <limits>
#include <map>
#include <utility>

#include "core/types/caller.hpp"

namespace belay::services {
namespace {

// Smaller documents are read on the loop: that takes less than to change threads.
constexpr std::size_t kReadOnLoop = 16 * 1024;
// How often a change is tried while others change the same document.
constexpr int kAttempts = 8;

Error products_own() {
  return make_error(
      ErrorCode::conflict,
      "The contexts are kept by your product (context.url), not by this server. Change them there.");
}

using Document = Contexts::Document;

// On the pool if there is much to do. Work that the pool cannot take is done here.
template <class Work, class T = std::invoke_result_t<const Work&>>
Awaitable<T> worked(Loop& loop, ThreadPool& pool, std::size_t size, Work work) {
  if (size > kReadOnLoop) {
    const auto shared = std::make_shared<const Work>(std::move(work));
    // A pointer, because T may itself be a Result.
    auto on_pool = [shared] { return std::make_shared<T>((*shared)()); };
    auto made = co_await pool.run(loop, std::move(on_pool));
    if (made) co_return std::move(**made);
    co_return (*shared)();
  }
  co_return work();
}

// Counts the climbs that the document does not have yet.
struct NewClimbs {
  std::vector<std::string> climbs;
  std::size_t known = 0;
};
NewClimbs climbs_missing_in(const ContextDocument& document, const ContextDocument& more) {
  std::map<std::string_view, std::size_t> have;
  for (const std::string_view climb : document.climbs_as_given()) ++have[climb];
  NewClimbs found;
  for (const std::string_view climb : more.climbs_as_given()) {
    std::size_t& left = have[climb];
    if (left == 0) {
      found.climbs.emplace_back(climb);
    } else {
      --left;
      ++found.known;
    }
  }
  return found;
}

}  // namespace

Contexts::Contexts(Parts parts, ContextConfig config)
    : parts_(std::move(parts)),
      config_(std::move(config)),
      personal_(config_.personal_fields),
      cache_({config_.cache_entries, config_.cache_size}) {}

Awaitable<Result<Document>> Contexts::get(Loop& loop, Deadline deadline, std::string user) {
  if (user.empty() || is_anonymous(user)) co_return Document();
  if (parts_.source) co_return co_await fetch(loop, deadline, std::move(user));
  co_return co_await find(loop, deadline, std::move(user));
}

Awaitable<Result<Document>> Contexts::find(Loop& loop, Deadline deadline, std::string user) {
  auto stored = co_await call<&ContextStore::find_context>(loop, deadline, parts_.store, std::move(user));
  if (!stored) co_return stored.error();
  if (!*stored) co_return Document();
  co_return co_await read(loop, std::move((*stored)->document));
}

// A stored or fetched document.
Awaitable<Result<Document>> Contexts::read(Loop& loop, std::string text) {
  const std::size_t size = text.size();
  // What is in the store was checked when it came, maybe with larger limits.
  const ContextDocument::Limits as_it_is{ByteCount{size}, std::numeric_limits<std::uint32_t>::max()};
  const ContextDocument::Limits bounds = parts_.source ? limits() : as_it_is;
  auto work = [text = std::move(text), bounds]() -> Result<Document> {
    auto document = ContextDocument::read(text, bounds, ContextDocument::Reading::lenient);
    if (!document) return document.error();
    return std::make_shared<const ContextDocument>(std::move(*document));
  };
  co_return co_await worked(loop, parts_.pool, size, std::move(work));
}

Awaitable<Result<Document>> Contexts::fetch(Loop& loop, Deadline deadline, std::string user) {
  const auto kept = cache_.find(user);
  if (kept && parts_.clock.steady() - kept->fetched < config_.cache_time) co_return kept->document;
  const std::uint64_t forgotten = cache_.forgotten();
  const Deadline limit = deadline.sooner(Deadline::in(config_.timeout, parts_.clock));
  auto body = co_await call<&ContextSource::fetch>(loop, limit, *parts_.source, &loop, user);
  Result<Document> document = Document();
  std::size_t size = 0;
  if (body) {
    size = body->size();
    document = co_await read(loop, std::move(*body));
  } else if (body.error().code != ErrorCode::not_found) {
    document = body.error();
  }
  if (!document) co_return after_failure(user, document.error());
  cache_.put(user, {*document, parts_.clock.steady()}, size, forgotten);
  co_return document;
}

Result<Document> Contexts::after_failure(const std::string& user, const Error& error) {
  if (parts_.failed) parts_.failed(error);
  const auto kept = cache_.find(user);
  if (kept && parts_.clock.steady() - kept->fetched < config_.stale_time) return kept->document;
  return make_error(ErrorCode::unavailable,
                    "What is known about you cannot be read right now. Try again in a moment.");
}

Awaitable<Contexts::ForCoach> Contexts::for_coach(Loop& loop, Deadline deadline, std::string user,
                                                  View view) {
  const Deadline limit = deadline.sooner(Deadline::in(config_.timeout, parts_.clock));
  auto document = co_await get(loop, limit, std::move(user));
  ForCoach found;
  if (!document || !*document) co_return found;
  found.document = *document;
  auto work = [document = found.document, personal = &personal_, view] {
    return view == View::basic ? document->for_basic(*personal) : document->for_premium(*personal);
  };
  // A Basic user's view is small, whatever the document is.
  const std::size_t size = view == View::basic ? 0 : found.document->climb_count() * 100;
  found.text = co_await worked(loop, parts_.pool, size, std::move(work));
  co_return found;
}

Awaitable<Result<>> Contexts::put(Loop& loop, Deadline deadline, std::string user, std::string text) {
  if (parts_.source) co_return products_own();
  const std::size_t size = text.size();
  auto check = [text = std::move(text), bounds = limits()]() -> Result<std::string> {
    const auto document = ContextDocument::read(text, bounds, ContextDocument::Reading::strict);
    if (!document) return document.error();
    return document->text();
  };
  auto checked = co_await worked(loop, parts_.pool, size, std::move(check));
  if (!checked) co_return checked.error();
  const ContextCondition always;
  const auto done = co_await call<&ContextStore::put_context>(
      loop, deadline, parts_.store, std::move(user), std::move(*checked), parts_.clock.wall(), always);
  if (!done) co_return done.error();
  co_return Result<>();
}

Awaitable<Result<Contexts::Added>> Contexts::add_climbs(Loop& loop, Deadline deadline, std::string user,
                                                        std::string text) {
  if (parts_.source) co_return products_own();
  const auto more = ContextDocument::read(text, limits(), ContextDocument::Reading::strict);
  if (!more) co_return more.error();
  for (int attempt = 1;; ++attempt) {
    auto stored = co_await call<&ContextStore::find_context>(loop, deadline, parts_.store, user);
    if (!stored) co_return stored.error();
    Document document = std::make_shared<const ContextDocument>();
    ContextCondition unchanged{0};
    if (*stored) {
      unchanged.revision = (*stored)->revision;
      auto read_it = co_await read(loop, std::move((*stored)->document));
      if (!read_it) co_return read_it.error();
      document = std::move(*read_it);
    }
    const NewClimbs fresh = climbs_missing_in(*document, *more);
    Added added{fresh.climbs.size(), fresh.known, document->climb_count() + fresh.climbs.size()};
    if (fresh.climbs.empty()) co_return added;
    std::string whole = document->text_with(fresh.climbs);
    if (const auto fits = ContextDocument::read(whole, limits(), ContextDocument::Reading::strict); !fits)
      co_return fits.error();
    const auto done = co_await call<&ContextStore::put_context>(
        loop, deadline, parts_.store, user, std::move(whole), parts_.clock.wall(), unchanged);
    if (done) co_return added;
    if (done.error().code != ErrorCode::conflict || attempt == kAttempts) co_return done.error();
  }
}

}  // namespace belay::services
