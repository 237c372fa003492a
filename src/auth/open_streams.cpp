#include "auth/open_streams.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>

#include "base/timer_wheel.hpp"
#include "transport/framing/stream.hpp"

namespace belay::auth {
namespace {

// The wall clock may be set, so a long time is waited for in parts.
constexpr Milliseconds kMaxWait = std::chrono::hours(1);

}  // namespace

struct OpenStreams::Shard {
  explicit Shard(Loop& l) : loop(l) {}
  Loop& loop;
  std::unordered_map<std::string, std::vector<Entry*>> by_user;
};

// One stream. Known to the shard from opened() on.
class OpenStreams::Entry final : public transport::StreamWatch {
 public:
  Entry(OpenStreams& streams, Shard& shard, const Caller& caller, Milliseconds retry_base,
        LastMessage last_message)
      : streams_(streams),
        shard_(shard),
        by_{caller.user, caller.token_id, caller.issued},
        end_(end_of(streams.config_, caller)),
        retry_base_(retry_base),
        last_message_(std::move(last_message)),
        timer_(shard.loop.timers(), [this] { wait_for_end(); }) {}
  ~Entry() override {
    if (!stream_) return;
    const auto found = shard_.by_user.find(by_.user);
    std::erase(found->second, this);
    if (found->second.empty()) shard_.by_user.erase(found);
  }

  void opened(transport::OpenStream& stream) override {
    stream_ = &stream;
    shard_.by_user[by_.user].push_back(this);
    if (!end_if_revoked()) wait_for_end();
  }
  bool end_if_revoked() {
    const Result<> allowed = streams_.revocations_.check(by_);
    if (allowed) return false;
    stream_->revoke(last_message_ ? last_message_(allowed.error()) : std::string());
    return true;
  }

 private:
  void wait_for_end() {
    const Milliseconds left = end_ - streams_.clock_.wall();
    if (left.count() > 0) return timer_.arm(std::min(left, kMaxWait));
    stream_->expire(transport::jittered_retry(retry_base_, streams_.random_));
  }

  OpenStreams& streams_;
  Shard& shard_;
  const SignedInBy by_;
  const WallTime end_;
  const Milliseconds retry_base_;
  LastMessage last_message_;
  transport::OpenStream* stream_ = nullptr;  // null: not opened yet
  Timer timer_;
};

OpenStreams::OpenStreams(const Config& config, std::vector<Loop*> loops, const Revocations& revocations,
                         const Clock& clock, Random& random)
    : config_(config), revocations_(revocations), clock_(clock), random_(random) {
  for (Loop* loop : loops) {
    assert(loop->index() == shards_.size());
    shards_.push_back(std::make_unique<Shard>(*loop));
  }
}

OpenStreams::~OpenStreams() = default;

std::unique_ptr<transport::StreamWatch> OpenStreams::watch(Loop& loop, const Caller& caller,
                                                           Milliseconds retry_base,
                                                           LastMessage last_message) {
  if (!caller.is_signed_in()) return nullptr;
  return std::make_unique<Entry>(*this, *shards_[loop.index()], caller, retry_base, std::move(last_message));
}

void OpenStreams::end_revoked(RevocationKey key, UniqueFunction<void(std::size_t)> done) {
  struct Count {
    std::atomic<std::size_t> loops_left;
    std::atomic<std::size_t> streams{0};
    UniqueFunction<void(std::size_t)> done;
  };
  const auto count = std::make_shared<Count>();
  count->loops_left = shards_.size();
  count->done = std::move(done);
  for (const auto& shard : shards_)
    shard->loop.post([this, shard = shard.get(), key, count] {
      count->streams += end_on(*shard, key);
      if (count->loops_left.fetch_sub(1) == 1) count->done(count->streams);
    });
}

// Ending a stream does not destroy its entry.
std::size_t OpenStreams::end_on(Shard& shard, const RevocationKey& key) {
  std::size_t ended = 0;
  const auto end_all = [&](const std::vector<Entry*>& entries) {
    for (Entry* const entry : entries) ended += entry->end_if_revoked() ? 1 : 0;
  };
  if (key.kind == RevocationKey::Kind::token) {
    for (const auto& [user, entries] : shard.by_user) end_all(entries);
  } else if (const auto found = shard.by_user.find(key.name); found != shard.by_user.end()) {
    end_all(found->second);
  }
  return ended;
}

// A token that has expired still signs in for `leeway`. A stream that ended before that would be opened again with it,
// and end again.
WallTime OpenStreams::end_of(const Config& config, const Caller& caller) {
  if (caller.how == Caller::How::ticket) return caller.expires;
  return caller.expires + std::max(config.stream_grace, config.leeway);
}

}  // namespace belay::auth
