#include "transport/http2/frame_check.hpp"

#include <algorithm>

namespace belay::transport {
namespace {

// RFC 9113, section 6.
constexpr unsigned kData = 0, kHeaders = 1, kPriority = 2, kReset = 3, kLastKnown = 9;
constexpr unsigned kEndStream = 1;
constexpr std::size_t kPrioritySize = 5;

}  // namespace

std::uint32_t FrameCheck::number(std::size_t at) const {
  return (std::uint32_t{head_[at]} << 24 | std::uint32_t{head_[at + 1]} << 16 |
          std::uint32_t{head_[at + 2]} << 8 | head_[at + 3]) &
         0x7fffffff;
}

FrameCheck::Opened* FrameCheck::find(std::uint32_t id) {
  const auto found =
      std::find_if(opened_.begin(), opened_.end(), [id](const Opened& each) { return each.id == id; });
  return id == 0 || found == opened_.end() ? nullptr : &*found;
}

// How many bytes of this frame are looked at.
std::size_t FrameCheck::wanted() const {
  const std::size_t size = std::size_t{head_[0]} << 16 | std::size_t{head_[1]} << 8 | head_[2];
  return head_size_ >= kHead && head_[3] == kPriority && size == kPrioritySize ? kPriorityHead : kHead;
}

std::optional<Http2Error> FrameCheck::check_headers(std::uint32_t id, bool ends_stream) {
  if (id > newest_) {
    newest_ = id;
    opened_[next_] = {id, ends_stream};
    next_ = (next_ + 1) % kRemembered;
    return std::nullopt;
  }
  if (Opened* opened = find(id)) {
    if (opened->is_ended) return Http2Error::stream_closed;
    opened->is_ended = ends_stream;
    return std::nullopt;
  }
  const std::uint32_t oldest = opened_[next_].id;  // 0: all are remembered
  if (id % 2 == 1 && id > oldest) return Http2Error::protocol;
  return std::nullopt;
}

std::optional<Http2Error> FrameCheck::check_head() {
  const unsigned type = head_[3];
  const bool ends_stream = (head_[4] & kEndStream) != 0;
  const std::uint32_t id = number(5);
  if (type == kHeaders) return check_headers(id, ends_stream);
  if (type == kPriority && (id == 0 || (head_size_ == kPriorityHead && number(kHead) == id)))
    return Http2Error::protocol;
  if (type != kData && type != kReset) return std::nullopt;
  Opened* const opened = find(id);
  if (!opened) return std::nullopt;
  if (type == kData && opened->is_ended) return Http2Error::stream_closed;
  opened->is_ended = opened->is_ended || ends_stream || type == kReset;
  return std::nullopt;
}

FrameCheck::Found FrameCheck::push(std::string_view bytes) {
  Found found;
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (skip_ != 0) {
      const std::size_t skipped = std::min(skip_, bytes.size() - at);
      skip_ -= skipped;
      at += skipped;
      continue;
    }
    if (head_size_ == 0) found.good = at;
    head_[head_size_++] = static_cast<unsigned char>(bytes[at++]);
    if (head_size_ < wanted()) continue;
    if ((found.error = check_head())) return found;
    if (head_[3] == kPriority || head_[3] > kLastKnown) ++found.useless;
    const std::size_t size = std::size_t{head_[0]} << 16 | std::size_t{head_[1]} << 8 | head_[2];
    skip_ = kHead + size - head_size_;
    head_size_ = 0;
  }
  found.good = bytes.size();
  return found;
}

}  // namespace belay::transport
