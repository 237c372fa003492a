#include "exports/pdf_renderer.hpp"

#include <utility>

#include "exports/markdown/parser.hpp"

namespace belay::exports {
namespace {

constexpr Color kUserInk{0.07, 0.33, 0.60};
constexpr Color kAssistantInk{0.10, 0.42, 0.28};

}  // namespace

void PdfRenderer::begin(const Heading& heading, std::string& out) {
  pages_.write_to(out);
  const std::string title = heading.title.empty() ? "Conversation" : heading.title;
  pages_.set_about(title, heading.exported);
  add_line(title, {kTitleFont, PageWriter::kTextWidth});
  add_line("Exported " + readable_time(heading.exported),
           {kSmallFont, PageWriter::kTextWidth, Align::natural, kFaint});
}

// Adds a text that is not Markdown.
void PdfRenderer::add_line(const std::string& text, const TextFormat& format) {
  const RichText plain = RichText::plain(text);
  for_each_layout(pages_.pango(), plain, format, [&](const TextLayout& layout) {
    layout.for_each_line([&](const TextLayout::Line& line) {
      pages_.want(line.height);
      layout.draw(line, {}, pages_, PageWriter::kMargin, pages_.y());
      pages_.advance(line.height);
    });
  });
}

void PdfRenderer::begin_message(const StoredMessage& message) {
  const bool is_user = message.role == Role::user;
  std::string head = is_user ? "User" : "Assistant";
  head += "  ·  " + readable_time(message.created);
  if (!is_user && !message.model.empty()) head += "  ·  " + message.model;
  if (const auto state = broken_state(message); !state.empty()) head.append("  ·  ").append(state);
  pages_.set_bars({});
  pages_.gap(14);
  pages_.want(40);  // a heading must not be alone at the end of a page
  add_line(head, {kRoleFont, PageWriter::kTextWidth, Align::natural, is_user ? kUserInk : kAssistantInk});
  pages_.gap(3);
  blocks_.begin_message();
  pieces_ = PieceReader(message.content);
  document_ = {};
  block_ = 0;
}

PdfRenderer::Part PdfRenderer::add_part(const StoredMessage& message, std::string& out) {
  pages_.write_to(out);
  if (!std::exchange(in_message_, true)) {
    begin_message(message);
  } else if (block_ < document_.blocks.size()) {
    if (blocks_.add_part(document_, document_.blocks[block_])) ++block_;
  } else {
    document_ = parse_markdown(pieces_.next());
    block_ = 0;
  }
  in_message_ = block_ < document_.blocks.size() || !pieces_.at_end();
  return in_message_ ? Part::more : Part::last;
}

Result<> PdfRenderer::end(std::string& out) {
  pages_.write_to(out);
  return pages_.finish();
}

}  // namespace belay::exports
