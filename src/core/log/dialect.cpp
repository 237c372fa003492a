#include "core/log/dialect.hpp"

#include <cassert>

#include "base/json_text.hpp"

namespace belay {
namespace {

class EventText final : public Dialect {
 public:
  explicit EventText(EventType type) : type_(type) {}
  void render(const LogHead&, const Event& event, const EventCounts&, const Position&,
              MessageWriter& writer) const override {
    if (event.type == type_ && !event.payload.empty()) writer.write_spliced(event.payload);
  }

 private:
  const EventType type_;
};

}  // namespace

const Dialect& answer_text() {
  static const EventText text(EventType::delta);
  return text;
}

const Dialect& reasoning_text() {
  static const EventText text(EventType::reasoning_delta);
  return text;
}

void MessageWriter::splice(const Dialect& body, Offset from) {
  assert(open_ && bytes_.size() != data_at_ && "a splice stands inside the data");
  framing_.close(is_spliced_ ? MessagePart::middle : MessagePart::first, data_at_, bytes_);
  is_spliced_ = true;
  data_at_ = bytes_.size();
  splices_.push_back({data_at_, &body, from});
}

void MessageWriter::write_spliced(std::string_view text) {
  append_json_text(text, begin_piece());
  end_piece();
}

}  // namespace belay
