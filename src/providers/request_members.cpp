#include "providers/request_members.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/json_text.hpp"

namespace belay::providers {

void append_member(std::string_view name, std::optional<double> number, std::string& out) {
  if (number && std::isfinite(*number)) out += fmt::format(",\"{}\":{}", name, *number);
}

void append_member(std::string_view name, std::optional<std::int64_t> number, std::string& out) {
  if (number) out += fmt::format(",\"{}\":{}", name, *number);
}

void append_member(std::string_view name, std::optional<bool> flag, std::string& out) {
  if (flag) out += fmt::format(",\"{}\":{}", name, *flag);
}

void append_member(std::string_view name, const std::vector<std::string>& texts, std::string& out) {
  if (texts.empty()) return;
  out += fmt::format(",\"{}\":[", name);
  for (const std::string& text : texts) {
    if (out.back() != '[') out += ',';
    append_json_string(text, out);
  }
  out += ']';
}

void append_media_url(const Media& media, std::string& out) {
  if (!media.url.empty()) return append_json_string(media.url, out);
  append_json_string("data:" + media.media_type + ";base64,", out);
  out.pop_back();  // the quote
  append_base64(media.data, out);
  out += '"';
}

bool takes_sampling(const GenerationRequest& request) {
  return request.model.sampling_allowed;
}

bool takes_effort(const GenerationRequest& request) {
  const std::string& effort = request.sampling.effort;
  return request.model.shows_reasoning && !effort.empty() &&
         std::all_of(effort.begin(), effort.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool takes(const Model& model, const Image&) {
  return model.images_allowed;
}

bool takes(const Model& model, const File&) {
  return model.files_allowed;
}

}  // namespace belay::providers
