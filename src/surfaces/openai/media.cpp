#include "surfaces/openai/media.hpp"

#include <string_view>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "surfaces/body_object.hpp"

namespace belay::surfaces::openai {
namespace {

constexpr std::string_view kBase64 = ";base64";

}  // namespace

Result<Media> read_media(const std::string& text, const std::string& place) {
  Media media;
  if (!text.starts_with("data:")) {
    if (!text.starts_with("https://") && !text.starts_with("http://"))
      return bad_member(place, "must be a data: URL, or an address that begins with https://.");
    if (text.size() > kMaxMediaUrl.value)
      return bad_member(place, fmt::format("has more than {} bytes.", kMaxMediaUrl.value));
    media.url = text;
    return media;
  }
  const std::size_t comma = text.find(',');
  std::string_view head = std::string_view(text).substr(5, comma == text.npos ? comma : comma - 5);
  if (comma == text.npos || !head.ends_with(kBase64))
    return bad_member(place, "must be a data: URL in Base64, like data:image/png;base64,AAEC.");
  head.remove_suffix(kBase64.size());
  media.media_type = head.substr(0, head.find(';'));
  auto data = from_base64(std::string_view(text).substr(comma + 1));
  if (!data || data->empty()) return bad_member(place, "is not valid Base64.");
  if (data->size() > kMaxMediaData.value)
    return bad_member(place, fmt::format("holds more than {} bytes.", kMaxMediaData.value));
  media.data = std::move(*data);
  return media;
}

}  // namespace belay::surfaces::openai
