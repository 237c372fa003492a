#include "exports/markdown/parser.hpp"

#include <algorithm>
#include <exception>
#include <md4c.h>
#include <string>

#include "exports/markdown/document_builder.hpp"
#include "exports/markdown/emphasis.hpp"
#include "exports/markdown/entities.hpp"
#include "exports/markdown/lines.hpp"
#include "exports/markdown/tables.hpp"

namespace belay::exports {
namespace {

constexpr unsigned kFlags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS;

// md4c 0.4.8 reads a few bytes behind the end of some texts.
constexpr std::size_t kPadding = 16;

// Bound of md4c's time for references of the form "[a]": the number of "]" in a paragraph, times its size.
constexpr std::size_t kMaxReferenceCost = 32 * 1024 * 1024;

// Markdown has at most four events for each byte. Only a table of many columns and short rows has more.
std::size_t max_events(std::string_view text) {
  return 8 * text.size() + 4'096;
}

// Whether md4c 0.4.8 would take too long. If a text has definitions of references ("[a]: target"), md4c looks
// up what is between the brackets of each pair, however far they are apart.
bool is_too_costly(std::string_view text) {
  if (text.find("]:") == text.npos) return false;
  std::size_t cost = 0, brackets = 0, size = 0;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    brackets += static_cast<std::size_t>(std::count(line.begin(), line.end(), ']'));
    size += line.size() + 1;
    if (!text.empty() && !is_blank(line)) continue;
    cost += brackets * size;
    brackets = size = 0;
  }
  return cost > kMaxReferenceCost;
}

// Translates md4c's events.
class Events {
 public:
  explicit Events(std::size_t max_events) : left_(max_events) {}

  // Returns what the callback returns to md4c: 0 continues, another number ends the parse.
  template <class Event>
  int handle(Event event) noexcept {
    if (left_ == 0) return 1;
    --left_;
    try {
      event();
      return 0;
    } catch (...) {
      failure_ = std::current_exception();
      return 1;
    }
  }

  void enter(MD_BLOCKTYPE type, void* detail);
  void leave(MD_BLOCKTYPE type);
  void enter(MD_SPANTYPE type, void* detail);
  void leave(MD_SPANTYPE type);
  void text(MD_TEXTTYPE type, std::string_view text);

  Document finish() { return builder_.finish(); }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void code(std::string_view text);
  void add(std::string_view text);

  DocumentBuilder builder_;
  std::size_t left_;  // events until the parse ends
  bool in_head_ = false;
  bool in_code_span_ = false;
  std::exception_ptr failure_;
};

std::string attribute(const MD_ATTRIBUTE& attribute) {
  std::string text;
  for (std::size_t i = 0; attribute.size > 0 && attribute.substr_offsets[i] < attribute.size; ++i) {
    const MD_OFFSET begin = attribute.substr_offsets[i];
    const std::string_view part(attribute.text + begin, attribute.substr_offsets[i + 1] - begin);
    const MD_TEXTTYPE type = attribute.substr_types[i];
    if (type == MD_TEXT_ENTITY)
      text += decode_entity(part);
    else if (type == MD_TEXT_NULLCHAR)
      text += "\uFFFD";
    else
      text += part;
  }
  std::erase(text, kEmphasisSpace);
  return text;
}

Align align_of(MD_ALIGN align) {
  switch (align) {
    case MD_ALIGN_LEFT:
      return Align::left;
    case MD_ALIGN_CENTER:
      return Align::center;
    case MD_ALIGN_RIGHT:
      return Align::right;
    case MD_ALIGN_DEFAULT:
      break;
  }
  return Align::natural;
}

DocumentBuilder::Task task_of(const MD_BLOCK_LI_DETAIL& item) {
  if (!item.is_task) return DocumentBuilder::Task::none;
  return item.task_mark == ' ' ? DocumentBuilder::Task::open : DocumentBuilder::Task::done;
}

void Events::enter(MD_BLOCKTYPE type, void* detail) {
  switch (type) {
    case MD_BLOCK_QUOTE:
      return builder_.enter_quote();
    case MD_BLOCK_UL:
      return builder_.enter_list(Container::Kind::bullets);
    case MD_BLOCK_OL:
      return builder_.enter_list(Container::Kind::numbers, static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start);
    case MD_BLOCK_LI:
      return builder_.enter_item(task_of(*static_cast<MD_BLOCK_LI_DETAIL*>(detail)));
    case MD_BLOCK_HR:
      return builder_.add_rule();
    case MD_BLOCK_H:
      return builder_.begin_heading(static_cast<MD_BLOCK_H_DETAIL*>(detail)->level);
    case MD_BLOCK_CODE:
      return builder_.begin_code(attribute(static_cast<MD_BLOCK_CODE_DETAIL*>(detail)->lang));
    case MD_BLOCK_HTML:
    case MD_BLOCK_P:
      return builder_.begin_block(Block::Kind::paragraph);
    case MD_BLOCK_TABLE:
      return builder_.begin_table();
    case MD_BLOCK_THEAD:
      in_head_ = true;
      return;
    case MD_BLOCK_TR:
      return builder_.begin_row(in_head_);
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
      return builder_.begin_cell(align_of(static_cast<MD_BLOCK_TD_DETAIL*>(detail)->align));
    case MD_BLOCK_DOC:
    case MD_BLOCK_TBODY:
      return;
  }
}

void Events::leave(MD_BLOCKTYPE type) {
  switch (type) {
    case MD_BLOCK_QUOTE:
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
      return builder_.leave_container();
    case MD_BLOCK_LI:
      return builder_.leave_item();
    case MD_BLOCK_H:
    case MD_BLOCK_CODE:
    case MD_BLOCK_HTML:
    case MD_BLOCK_P:
    case MD_BLOCK_TABLE:
      return builder_.end_block();
    case MD_BLOCK_THEAD:
      in_head_ = false;
      return;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
      return builder_.end_cell();
    case MD_BLOCK_DOC:
    case MD_BLOCK_HR:
    case MD_BLOCK_TBODY:
    case MD_BLOCK_TR:
      return;
  }
}

Style style_of(MD_SPANTYPE type) {
  switch (type) {
    case MD_SPAN_EM:
      return kItalic;
    case MD_SPAN_STRONG:
      return kBold;
    case MD_SPAN_DEL:
      return kStruck;
    case MD_SPAN_CODE:
      return kMono;
    default:
      return kPlain;
  }
}

void Events::enter(MD_SPANTYPE type, void* detail) {
  if (type == MD_SPAN_A) return builder_.begin_link(attribute(static_cast<MD_SPAN_A_DETAIL*>(detail)->href));
  if (type == MD_SPAN_IMG)
    return builder_.begin_image(attribute(static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src));
  if (type == MD_SPAN_CODE) in_code_span_ = true;
  if (const Style style = style_of(type); style != kPlain) builder_.begin_style(style);
}

void Events::leave(MD_SPANTYPE type) {
  if (type == MD_SPAN_A) return builder_.end_link();
  if (type == MD_SPAN_IMG) return builder_.end_image();
  if (type == MD_SPAN_CODE) in_code_span_ = false;
  if (const Style style = style_of(type); style != kPlain) builder_.end_style(style);
}

void Events::text(MD_TEXTTYPE type, std::string_view text) {
  switch (type) {
    case MD_TEXT_NULLCHAR:
      return builder_.add_text("\uFFFD");
    case MD_TEXT_BR:
    case MD_TEXT_SOFTBR:
      return builder_.add_text("\n");
    case MD_TEXT_ENTITY:
      return builder_.add_text(decode_entity(text));
    case MD_TEXT_HTML:
      return add(text == "<br>" || text == "<br/>" || text == "<br />" ? "\n" : text);
    case MD_TEXT_CODE:
      return code(text);
    case MD_TEXT_NORMAL:
    case MD_TEXT_LATEXMATH:
      return add(text);
  }
}

// Adds text without what prepare_emphasis() has inserted.
void Events::add(std::string_view text) {
  for (std::size_t at = text.find(kEmphasisSpace); at != text.npos; at = text.find(kEmphasisSpace)) {
    builder_.add_text(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  builder_.add_text(text);
}

// In a table, code cannot have a pipe: it is written "\|".
void Events::code(std::string_view text) {
  while (in_code_span_ && builder_.is_in_cell()) {
    const std::size_t at = text.find("\\|");
    if (at == text.npos) break;
    add(text.substr(0, at));
    add("|");
    text.remove_prefix(at + 2);
  }
  add(text);
}

MD_PARSER parser() {
  MD_PARSER parser{};
  parser.flags = kFlags;
  parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* events) {
    auto& to = *static_cast<Events*>(events);
    return to.handle([&] { to.enter(type, detail); });
  };
  parser.leave_block = [](MD_BLOCKTYPE type, void*, void* events) {
    auto& to = *static_cast<Events*>(events);
    return to.handle([&] { to.leave(type); });
  };
  parser.enter_span = [](MD_SPANTYPE type, void* detail, void* events) {
    auto& to = *static_cast<Events*>(events);
    return to.handle([&] { to.enter(type, detail); });
  };
  parser.leave_span = [](MD_SPANTYPE type, void*, void* events) {
    auto& to = *static_cast<Events*>(events);
    return to.handle([&] { to.leave(type); });
  };
  parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* events) {
    auto& to = *static_cast<Events*>(events);
    return to.handle([&] { to.text(type, {text, size}); });
  };
  return parser;
}

Document as_written(std::string_view text) {
  DocumentBuilder builder;
  builder.add_plain_text(text);
  return builder.finish();
}

}  // namespace

Document parse_markdown(std::string_view text) {
  if (is_too_costly(text)) return as_written(text);
  std::string prepared = prepare_emphasis(prepare_tables(without_nuls(text)));
  const std::size_t size = prepared.size();
  prepared.append(kPadding, '\n');
  Events events(max_events(text));
  const MD_PARSER md4c = parser();
  const int result = md_parse(prepared.data(), static_cast<MD_SIZE>(size), &md4c, &events);
  events.rethrow();
  return result == 0 ? events.finish() : as_written(text);
}

Document parse_markdown(const PieceReader::Piece& piece) {
  Document document = parse_markdown(piece.text);
  if (piece.continues && !document.blocks.empty()) document.blocks.front().continues = true;
  return document;
}

}  // namespace belay::exports
