#include "core/log/dialect.hpp"

#include <cassert>

#include "base/json_text.hpp"

namespace belay {

void MessageWriter::splice_answer(Offset text_from) {
  assert(open_ && !splice_);
  framing_.close(MessagePart::first, data_at_, bytes_);
  data_at_ = bytes_.size();
  splice_ = Splice{data_at_, text_from};
}

void MessageWriter::write_spliced(std::string_view text) {
  const std::size_t data_at = bytes_.size();
  append_json_text(text, bytes_);
  framing_.close(MessagePart::middle, data_at, bytes_);
}

}  // namespace belay
