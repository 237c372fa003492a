#include "exports/export_body.hpp"

namespace belay::exports {

struct ExportBody::Document {
  std::unique_ptr<Renderer> renderer;
  Heading heading;
  bool begun = false;
};

ExportBody::ExportBody(Loop& loop, Workers& workers, Format format, Heading heading, NextMessages next)
    : loop_(loop),
      workers_(workers),
      next_(std::move(next)),
      document_(std::make_shared<Document>()),
      self_(std::make_shared<ExportBody*>(this)) {
  document_->renderer = make_renderer(format);
  document_->heading = std::move(heading);
}

ExportBody::~ExportBody() {
  *self_ = nullptr;
}

ByteSource::State ExportBody::peek(ByteRanges& out) {
  out.clear();
  if (failed_) return State::lost;
  if (sent_ < ready_.size()) {
    out.add(std::string_view(ready_).substr(sent_));
    return State::ready;
  }
  if (ended_) return State::ended;
  if (!fetching_) fetch();
  return State::loading;
}

void ExportBody::consume(std::size_t bytes) {
  sent_ += bytes;
  if (sent_ < ready_.size()) return;
  ready_.clear();
  sent_ = 0;
}

void ExportBody::fetch() {
  fetching_ = true;
  next_([&loop = loop_, self = self_](Result<std::vector<StoredMessage>> messages) mutable {
    loop.post([self = std::move(self), messages = std::move(messages)]() mutable {
      if (!*self) return;
      if (messages)
        (*self)->render(std::move(*messages));
      else
        (*self)->fail();
    });
  });
}

void ExportBody::render(std::vector<StoredMessage> messages) {
  auto work = [&loop = loop_, self = self_, document = document_, messages = std::move(messages)]() mutable {
    std::string bytes;
    if (!document->begun) document->renderer->begin(document->heading, bytes);
    document->begun = true;
    for (const StoredMessage& message : messages) document->renderer->add(message, bytes);
    const bool is_last = messages.empty();
    const bool is_broken = is_last && !document->renderer->end(bytes);
    loop.post([self = std::move(self), bytes = std::move(bytes), is_last, is_broken]() mutable {
      if (!*self) return;
      if (is_broken)
        (*self)->fail();
      else
        (*self)->rendered(std::move(bytes), is_last);
    });
  };
  if (!workers_.submit(std::move(work))) fail();
}

void ExportBody::rendered(std::string bytes, bool is_last) {
  fetching_ = false;
  ended_ = is_last;
  ready_ = std::move(bytes);
  sent_ = 0;
  // A page of PDF may not be full yet.
  if (ready_.empty() && !ended_) return fetch();
  if (waker_) waker_->wake();
}

void ExportBody::fail() {
  fetching_ = false;
  failed_ = true;
  if (waker_) waker_->wake();
}

}  // namespace belay::exports
