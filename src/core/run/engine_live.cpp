// What operators see and stop: the engine's live runs.

#include <algorithm>
#include <map>

#include "core/run/engine.hpp"

namespace belay {
namespace {

// On the run's loop.
LiveRun describe(const Run& run) {
  const RunRequest& request = run.request();
  return {
      request.id,           request.user,    request.surface, request.mode,     request.model,
      request.conversation, request.created, run.state(),     run.text_bytes(), run.shared_log()->readers()};
}

bool is_in_progress(const Run& run) {
  return run.state() == RunState::queued || run.state() == RunState::running;
}

// The runs of a page, while the loops fill it in.
struct Collecting {
  std::mutex mutex;
  std::vector<LiveRun> runs;
  std::size_t loops_left = 0;
  UniqueFunction<void(std::vector<LiveRun>)> done;
};

}  // namespace

// The newest `max` runs after the page's place, in their order, and one more if there is one.
std::vector<std::shared_ptr<Run>> Engine::choose_live(const LiveRunQuery& query) const {
  std::vector<std::pair<RunId, std::shared_ptr<Run>>> found;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, live] : live_)
      if ((query.user.empty() || live.user == query.user) && (!query.after || id < *query.after))
        found.emplace_back(id, live.run);
  }
  const std::size_t count = std::min(found.size(), query.max + 1);
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), found.end(),
                    [](const auto& a, const auto& b) { return b.first < a.first; });
  std::vector<std::shared_ptr<Run>> runs;
  for (std::size_t i = 0; i < count; ++i) runs.push_back(std::move(found[i].second));
  return runs;
}

Awaitable<LiveRunPage> Engine::list_live(Loop& loop, LiveRunQuery query) {
  query.max = std::max<std::size_t>(query.max, 1);
  std::vector<std::shared_ptr<Run>> chosen = choose_live(query);
  LiveRunPage page;
  if (chosen.size() > query.max) {
    chosen.pop_back();
    page.next = chosen.back()->request().id;
  }
  if (chosen.empty()) co_return page;
  // Each loop describes its own runs.
  std::map<Loop*, std::vector<std::shared_ptr<Run>>> by_loop;
  for (std::shared_ptr<Run>& run : chosen) by_loop[&run->loop()].push_back(std::move(run));
  auto describe_all = [&by_loop](UniqueFunction<void(std::vector<LiveRun>)> done) {
    const auto collecting = std::make_shared<Collecting>();
    collecting->loops_left = by_loop.size();
    collecting->done = std::move(done);
    for (auto& [home, runs] : by_loop)
      home->post([collecting, runs = std::move(runs)] {
        std::unique_lock lock(collecting->mutex);
        for (const auto& run : runs)
          if (is_in_progress(*run)) collecting->runs.push_back(describe(*run));
        if (--collecting->loops_left != 0) return;
        std::vector<LiveRun> all = std::move(collecting->runs);
        lock.unlock();
        collecting->done(std::move(all));
      });
  };
  page.runs = co_await await_callback<std::vector<LiveRun>>(loop, std::move(describe_all));
  std::sort(page.runs.begin(), page.runs.end(),
            [](const LiveRun& a, const LiveRun& b) { return b.id < a.id; });
  co_return page;
}

// A run that has ended stays in `live_` until it is settled: whether it is in progress, its loop knows.
Awaitable<std::optional<std::string>> Engine::user_in_progress(Loop& loop, RunId id) {
  std::shared_ptr<Run> run;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = live_.find(id); found != live_.end()) run = found->second.run;
  }
  if (!run) co_return std::nullopt;
  auto ask_there = [run](UniqueFunction<void(std::optional<std::string>)> done) {
    run->loop().post([run, done = std::move(done)]() mutable {
      done(is_in_progress(*run) ? std::optional(run->request().user) : std::nullopt);
    });
  };
  std::optional<std::string> user =
      co_await await_callback<std::optional<std::string>>(loop, std::move(ask_there));
  co_return user;
}

Awaitable<Result<>> Engine::cancel_live(Loop& loop, RunId id, Error reason) {
  std::shared_ptr<Run> run;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = live_.find(id); found != live_.end()) run = found->second.run;
  }
  if (!run) co_return Result<>();
  co_return co_await cancel_run(loop, std::move(run), std::move(reason));
}

}  // namespace belay
