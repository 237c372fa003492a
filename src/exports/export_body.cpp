#include "exports/export_body.hpp"

#include <atomic>
#include <utility>

#include "base/release.hpp"

namespace belay::exports {
namespace {

// Rendering stops at this number of bytes until they are sent.
constexpr std::size_t kMaxUnsentBytes = 64 * 1024;

}  // namespace

struct ExportBody::Rendered {
  std::string bytes;
  bool needs_messages = false;  // all fetched messages are rendered
  bool is_last = false;
  bool is_broken = false;
};

// The document in progress. The loop passes messages to it only while no worker is using it.
class ExportBody::Document {
 public:
  Document(Format format, Heading heading) : renderer_(make_renderer(format)), heading_(std::move(heading)) {}

  void take(std::vector<StoredMessage> messages) {
    messages_ = std::move(messages);
    next_ = 0;
  }
  // The document is no longer needed. May be called on any thread.
  void give_up() { given_up_.store(true); }
  bool given_up() const { return given_up_.load(std::memory_order_relaxed); }

  // Renders the beginning, the next part of a message, or the end. Returns true if the result is ready to be
  // sent.
  bool step() {
    if (!begun_) {
      begun_ = true;
      renderer_->begin(heading_, result_.bytes);
    } else if (messages_.empty()) {
      result_.is_last = true;
      result_.is_broken = !renderer_->end(result_.bytes);
    } else if (renderer_->add_part(messages_[next_], result_.bytes) == Renderer::Part::last) {
      (void)std::exchange(messages_[next_], {});  // frees a long message before the next one is rendered
      if (++next_ == messages_.size()) {
        messages_.clear();
        result_.needs_messages = true;
      }
    }
    return result_.is_last || result_.needs_messages || result_.bytes.size() >= kMaxUnsentBytes;
  }
  Rendered take_result() { return std::exchange(result_, {}); }

 private:
  const std::unique_ptr<Renderer> renderer_;
  const Heading heading_;
  std::vector<StoredMessage> messages_;
  std::size_t next_ = 0;  // index in messages_
  Rendered result_;
  bool begun_ = false;
  std::atomic<bool> given_up_{false};
};

ExportBody::ExportBody(Loop& loop, FairThreadPool& workers, Order order)
    : loop_(loop),
      workers_(workers),
      order_(std::move(order)),
      place_(workers.next_place()),
      document_(std::make_shared<Document>(order_.format, std::move(order_.heading))),
      self_(std::make_shared<ExportBody*>(this)),
      deadline_(loop.timers(), [this] { fail(); }) {
  if (order_.max_time.count() > 0) deadline_.arm(order_.max_time);
}

ExportBody::~ExportBody() {
  *self_ = nullptr;
  document_->give_up();
  // Destroying a document takes time, above all an unfinished one. A worker does it if the pool accepts the
  // task.
  auto let_go = [document = std::move(document_)](const FairThreadPool::Turn&) {
    return FairThreadPool::Progress::done;
  };
  (void)workers_.submit(order_.user, place_, std::move(let_go));
  if (order_.closed) order_.closed();
}

ByteSource::State ExportBody::peek(ByteRanges& out) {
  out.clear();
  if (failed_) return State::lost;
  if (sent_ < ready_.size()) {
    out.add(std::string_view(ready_).substr(sent_));
    return State::ready;
  }
  if (ended_) return State::ended;
  if (!busy_) read_next();
  return State::loading;
}

void ExportBody::consume(std::size_t bytes) {
  sent_ += bytes;
  if (sent_ < ready_.size()) return;
  release(ready_);
  sent_ = 0;
}

void ExportBody::read_next() {
  busy_ = true;
  if (has_messages_)
    render();
  else
    fetch();
}

void ExportBody::fetch() {
  order_.next([&loop = loop_, self = self_](Result<std::vector<StoredMessage>> messages) mutable {
    loop.post([self = std::move(self), messages = std::move(messages)]() mutable {
      if (!*self) return;
      if (!messages) return (*self)->fail();
      (*self)->document_->take(std::move(*messages));
      (*self)->has_messages_ = true;
      (*self)->render();
    });
  });
}

void ExportBody::render() {
  auto work = [&loop = loop_, self = self_, document = document_](const FairThreadPool::Turn& turn) mutable {
    do {
      if (document->given_up()) return FairThreadPool::Progress::done;
      if (!document->step()) continue;
      loop.post([self = std::move(self), result = document->take_result()]() mutable {
        if (*self) (*self)->rendered(std::move(result));
      });
      return FairThreadPool::Progress::done;
    } while (!turn.is_over());
    return FairThreadPool::Progress::more;
  };
  if (workers_.submit(order_.user, place_, std::move(work))) return;
  // fail() must not run at once: this function may be called from peek().
  loop_.post([self = self_] {
    if (*self) (*self)->fail();
  });
}

void ExportBody::rendered(Rendered result) {
  busy_ = false;
  if (failed_) return;
  if (result.is_broken) return fail();
  ended_ = result.is_last;
  if (result.needs_messages) has_messages_ = false;
  ready_ = std::move(result.bytes);
  sent_ = 0;
  // No bytes yet: the page of the PDF is not full.
  if (ready_.empty() && !ended_) return read_next();
  if (waker_) waker_->wake();
}

void ExportBody::fail() {
  failed_ = true;
  document_->give_up();
  if (waker_) waker_->wake();
}

}  // namespace belay::exports
