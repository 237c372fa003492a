#include "base/search/terms.hpp"

#include <array>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

namespace belay::search {
namespace {

constexpr UChar32 kNone = -1;

enum class Class {
  other,  // separates words
  word,
  pair,  // of a script whose words are not separated, or Korean
  emoji,
  flag,  // two of them are one emoji
  mark,  // belongs to the character before it
  ignored
};

bool is_paired(UScriptCode script) {
  switch (script) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_KATAKANA_OR_HIRAGANA:
    case USCRIPT_BOPOMOFO:
    case USCRIPT_HANGUL:
    case USCRIPT_YI:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
    case USCRIPT_TIBETAN:
      return true;
    default:
      return false;
  }
}

UScriptCode script_of(UChar32 c) {
  UErrorCode error = U_ZERO_ERROR;
  return uscript_getScript(c, &error);
}

bool is_mark(UChar32 c) {
  return (U_GET_GC_MASK(c) & (U_GC_MN_MASK | U_GC_MC_MASK | U_GC_ME_MASK)) != 0;
}

// Marks that only change how a letter sounds. The vowels of Thai and of Indian scripts are marks too, and stay.
bool is_diacritic(UChar32 c) {
  const UScriptCode script = script_of(c);
  return script == USCRIPT_INHERITED || script == USCRIPT_ARABIC || script == USCRIPT_HEBREW ||
         script == USCRIPT_CYRILLIC || script == USCRIPT_GREEK || script == USCRIPT_LATIN;
}

Class class_of(UChar32 c) {
  constexpr UChar32 kTatweel = 0x640, kProlongedSound = 0x30FC;
  if (c == kTatweel) return Class::ignored;
  if (c == kProlongedSound) return Class::pair;
  if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
      u_hasBinaryProperty(c, UCHAR_EMOJI_MODIFIER))
    return Class::ignored;
  if (is_mark(c)) return Class::mark;
  if (u_isalnum(c)) return is_paired(script_of(c)) ? Class::pair : Class::word;
  if (u_hasBinaryProperty(c, UCHAR_REGIONAL_INDICATOR)) return Class::flag;
  if (u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC)) return Class::emoji;
  // Ideographic iteration marks and the like.
  return u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC) ? Class::pair : Class::other;
}

void append_utf8(UChar32 c, std::string& out) {
  std::array<char, U8_MAX_LENGTH> bytes;
  std::size_t size = 0;
  U8_APPEND_UNSAFE(bytes.data(), size, c);
  out.append(bytes.data(), size);
}

const UNormalizer2* case_folding() {
  static const UNormalizer2* const made = [] {
    UErrorCode error = U_ZERO_ERROR;
    return unorm2_getNFKCCasefoldInstance(&error);
  }();
  return made;
}

const UNormalizer2* composing() {
  static const UNormalizer2* const made = [] {
    UErrorCode error = U_ZERO_ERROR;
    return unorm2_getNFCInstance(&error);
  }();
  return made;
}

// The folded and decomposed form of one character.
class Folded {
 public:
  explicit Folded(UChar32 c) {
    if (is_simple(c)) {
      characters_[size_++] = c;
      return;
    }
    std::array<UChar, 64> mapped;
    UErrorCode error = U_ZERO_ERROR;
    const int length =
        unorm2_getDecomposition(case_folding(), c, mapped.data(), static_cast<int>(mapped.size()), &error);
    if (U_FAILURE(error) || length < 0) {
      decompose(c);
      return;
    }
    for (int i = 0; i < length;) {
      UChar32 next = 0;
      U16_NEXT(mapped.data(), i, length, next);
      decompose(next);
    }
  }
  const UChar32* begin() const { return characters_.data(); }
  const UChar32* end() const { return characters_.data() + size_; }

 private:
  // Most of Chinese, Japanese and Korean.
  static bool is_simple(UChar32 c) {
    return (c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FA) || (c >= 0x3400 && c <= 0x4DBF) ||
           (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7A3);
  }
  void decompose(UChar32 c) {
    std::array<UChar, 16> parts;
    UErrorCode error = U_ZERO_ERROR;
    const int length =
        unorm2_getDecomposition(composing(), c, parts.data(), static_cast<int>(parts.size()), &error);
    if (U_FAILURE(error) || length < 0) return put(c);
    for (int i = 0; i < length;) {
      UChar32 next = 0;
      U16_NEXT(parts.data(), i, length, next);
      put(next);
    }
  }
  void put(UChar32 c) {
    if (size_ < characters_.size()) characters_[size_++] = c;
  }

  std::array<UChar32, 64> characters_;
  std::size_t size_ = 0;
};

class Cutter {
 public:
  explicit Cutter(const std::function<bool(const Term&)>& take) : take_(take) {}

  // False: no more terms are wanted.
  bool ascii(unsigned char c, std::size_t at) {
    const unsigned char lower = c >= 'A' && c <= 'Z' ? static_cast<unsigned char>(c + 32) : c;
    if ((lower < 'a' || lower > 'z') && (c < '0' || c > '9')) return close();
    if (!open(Class::word, at)) return false;
    if (text_.size() < kMaxTermBytes) text_.push_back(static_cast<char>(lower));
    end_ = at + 1;
    return true;
  }
  bool character(UChar32 c, std::size_t begin, std::size_t end) {
    const Folded folded(c);
    if (folded.begin() == folded.end() && open_ != Class::other) end_ = end;
    for (const UChar32 each : folded)
      if (!one(each, begin, end)) return false;
    return true;
  }
  bool close() {
    bool more = true;
    if (open_ == Class::word) more = give(Term::Kind::word, text_, begin_, end_);
    if (open_ == Class::pair) more = shift() && shift();
    if (open_ == Class::flag) more = give(Term::Kind::emoji, text_, begin_, end_);
    open_ = Class::other;
    text_.clear();
    before_ = {};
    last_ = kNone;
    return more;
  }

 private:
  bool one(UChar32 c, std::size_t begin, std::size_t end) {
    const Class kind = class_of(c);
    switch (kind) {
      case Class::ignored:
        if (open_ != Class::other) end_ = end;
        return true;
      case Class::mark:
        return mark(c, begin, end);
      case Class::other:
        return close();
      case Class::word:
        if (!open(kind, begin)) return false;
        append(c);
        end_ = end;
        return true;
      case Class::pair:
        return pair(c, begin, end);
      case Class::emoji: {
        if (!close()) return false;
        ++run_;
        std::string text;
        append_utf8(c, text);
        return give(Term::Kind::emoji, text, begin, end);
      }
      case Class::flag:
        return flag(c, begin, end);
    }
    return true;
  }
  bool mark(UChar32 c, std::size_t begin, std::size_t end) {
    if (open_ == Class::other) return true;
    if (open_ == Class::pair) {
      const UChar32 whole = unorm2_composePair(composing(), last_, c);
      if (whole >= 0) last_ = whole;
      if (whole < 0 && !is_diacritic(c)) return pair(c, begin, end);
    } else if (!is_diacritic(c)) {
      append(c);
    }
    end_ = end;
    return true;
  }
  bool pair(UChar32 c, std::size_t begin, std::size_t end) {
    // Korean syllables that were decomposed.
    const UChar32 whole =
        open_ == Class::pair && last_ != kNone ? unorm2_composePair(composing(), last_, c) : kNone;
    if (whole >= 0) {
      last_ = whole;
      end_ = end;
      return true;
    }
    if (!open(Class::pair, begin)) return false;
    if (!shift()) return false;
    last_ = c;
    begin_ = begin;
    end_ = end;
    return true;
  }
  bool flag(UChar32 c, std::size_t begin, std::size_t end) {
    if (!open(Class::flag, begin)) return false;
    const bool is_second = !text_.empty();
    append_utf8(c, text_);
    end_ = end;
    return is_second ? close() : true;
  }
  bool open(Class kind, std::size_t begin) {
    if (open_ == kind) return true;
    if (!close()) return false;
    open_ = kind;
    begin_ = begin;
    ++run_;
    return true;
  }
  void append(UChar32 c) {
    if (text_.size() + U8_LENGTH(c) <= kMaxTermBytes) append_utf8(c, text_);
  }
  // Gives the character before the last one. The last one is complete only now: a mark may have changed it.
  bool shift() {
    const Character before = before_;
    before_ = {last_, begin_, end_};
    const UChar32 second = last_;
    last_ = kNone;
    if (before.c == kNone) return true;
    std::string both;
    append_utf8(before.c, both);
    if (second != kNone) append_utf8(second, both);
    return give(Term::Kind::pair, both, before.begin, before.end);
  }
  bool give(Term::Kind kind, std::string_view text, std::size_t begin, std::size_t end) {
    return text.empty() || take_({kind, text, begin, end, run_});
  }

  const std::function<bool(const Term&)>& take_;
  Class open_ = Class::other;
  std::string text_;  // of the word so far
  struct Character {
    UChar32 c = kNone;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  Character before_;      // of a run of pairs: the one before the last one
  UChar32 last_ = kNone;  // of a run of pairs
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t run_ = 0;
};

}  // namespace

void each_term(std::string_view text, const std::function<bool(const Term&)>& take) {
  Cutter cutter(take);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (bytes[at] < 0x80) {
      ++at;
      if (!cutter.ascii(bytes[begin], begin)) return;
      continue;
    }
    UChar32 c = 0;
    U8_NEXT(bytes, at, text.size(), c);
    if (!(c < 0 ? cutter.close() : cutter.character(c, begin, at))) return;
  }
  cutter.close();
}

}  // namespace belay::search
