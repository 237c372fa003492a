#include "exports/renderer.hpp"

#include "base/run_id.hpp"
#include "exports/json_renderer.hpp"
#include "exports/markdown_renderer.hpp"
#include "exports/pdf_renderer.hpp"

namespace belay::exports {

std::optional<Format> format_from(std::string_view name) {
  for (const Format format : {Format::json, Format::markdown, Format::pdf})
    if (file_extension(format) == name) return format;
  return std::nullopt;
}

std::string_view content_type(Format format) {
  switch (format) {
    case Format::json:
      return "application/json";
    case Format::markdown:
      return "text/markdown; charset=utf-8";
    case Format::pdf:
      return "application/pdf";
  }
  return {};
}

std::string_view file_extension(Format format) {
  switch (format) {
    case Format::json:
      return "json";
    case Format::markdown:
      return "md";
    case Format::pdf:
      return "pdf";
  }
  return {};
}

std::unique_ptr<Renderer> make_renderer(Format format) {
  switch (format) {
    case Format::json:
      return std::make_unique<JsonRenderer>();
    case Format::markdown:
      return std::make_unique<MarkdownRenderer>();
    case Format::pdf:
      return std::make_unique<PdfRenderer>();
  }
  return nullptr;
}

std::string_view part_of(std::string_view text, std::size_t from) {
  constexpr std::size_t kMaxPart = 64 * 1024;
  text.remove_prefix(from);
  if (text.size() <= kMaxPart) return text;
  std::size_t end = kMaxPart;
  while (end > kMaxPart - 4 && (text[end] & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

std::string readable_time(WallTime time) {
  std::string text = iso8601(time).substr(0, 16);
  text[10] = ' ';
  return text + " UTC";
}

std::string_view broken_state(const StoredMessage& message) {
  if (message.finish == FinishReason::length) return "cut off at the length limit";
  if (message.finish == FinishReason::content_filter) return "cut off by the provider's filter";
  return message.state == "complete" ? std::string_view() : std::string_view(message.state);
}

}  // namespace belay::exports
