#include "exports/markdown/links.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace belay::exports {
namespace {

constexpr std::size_t kMaxTarget = 2'048;        // bytes
constexpr std::size_t kMaxTargets = 256 * 1024;  // bytes of all targets of a document

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool starts_with(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  return std::equal(lower.begin(), lower.end(), text.begin(), [](char want, char c) {
    return want == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Returns the size of the non-ASCII character at the beginning of a text if an address may contain it. 0: it
// may not, as it is punctuation. Chinese and Japanese put no space between an address and a full stop.
std::size_t wide_character(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && size < 4 && (text[size] & 0xC0) == 0x80) ++size;
  const std::string_view character = text.substr(0, size);
  const bool is_punctuation = (character >= "\u2000" && character <= "\u206F") ||
                              (character >= "\u3000" && character <= "\u303F") ||
                              (character >= "\uFF00" && character <= "\uFF65");
  return is_punctuation ? 0 : size;
}

// Removes what belongs to the sentence from the end of an address.
std::string_view without_tail(std::string_view address) {
  auto excess =
      std::count(address.begin(), address.end(), ')') - std::count(address.begin(), address.end(), '(');
  while (!address.empty()) {
    const char last = address.back();
    if (last == ')' && excess > 0)
      --excess;
    else if (std::string_view("?!.,:;*_~'").find(last) == std::string_view::npos)
      break;
    address.remove_suffix(1);
  }
  return address;
}

// Returns the address at the beginning of a text. Empty: there is none.
std::string_view address_at(std::string_view text) {
  static constexpr std::array<std::string_view, 3> kBeginnings{"https://", "http://", "www."};
  const auto* beginning = std::find_if(kBeginnings.begin(), kBeginnings.end(),
                                       [&](std::string_view each) { return starts_with(text, each); });
  if (beginning == kBeginnings.end()) return {};
  std::size_t end = beginning->size();
  bool in_path = false;
  while (end < text.size() && end < kMaxTarget) {
    const char c = text[end];
    std::size_t size = 1;
    if (static_cast<unsigned char>(c) >= 0x80)
      size = in_path ? wide_character(text.substr(end)) : 0;
    else if (c <= ' ' || c == 0x7F || std::string_view("\"<>\\^`{|}").find(c) != std::string_view::npos)
      size = 0;
    if (size == 0) break;
    in_path = in_path || c == '/' || c == '?' || c == '#';
    end += size;
  }
  const std::string_view address = without_tail(text.substr(0, end));
  const bool has_host = address.size() > beginning->size() && is_alphanumeric(address[beginning->size()]);
  return has_host ? address : std::string_view();
}

// Finds the next address in a text. Returns an empty view at the end of the text if there is none.
std::string_view next_address(std::string_view text) {
  for (std::size_t at = text.find_first_of("hHwW"); at != text.npos;
       at = text.find_first_of("hHwW", at + 1)) {
    if (at > 0 && is_alphanumeric(text[at - 1])) continue;
    if (const auto address = address_at(text.substr(at)); !address.empty()) return address;
  }
  return text.substr(text.size());
}

}  // namespace

std::string link_target(std::string_view target) {
  target = trimmed(target);
  const bool is_allowed =
      starts_with(target, "http://") || starts_with(target, "https://") || starts_with(target, "mailto:");
  if (!is_allowed) return {};
  std::string uri;
  for (const char c : target) {
    if (c > ' ' && c < 0x7F && std::string_view("\"<>\\^`{|}'()").find(c) == std::string_view::npos) {
      uri += c;
      continue;
    }
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    uri += '%';
    uri += kDigits[static_cast<unsigned char>(c) >> 4];
    uri += kDigits[static_cast<unsigned char>(c) & 15];
    if (uri.size() > kMaxTarget) break;
  }
  return uri.size() > kMaxTarget ? std::string() : uri;
}

std::uint32_t add_link(Document& document, std::string_view target) {
  if (target.size() > kMaxTarget) return 0;
  std::string uri = link_target(target);
  if (uri.empty()) return 0;
  if (document.links.empty() || document.links.back() != uri) {
    if (document.link_bytes + uri.size() > kMaxTargets) return 0;
    document.link_bytes += uri.size();
    document.links.push_back(std::move(uri));
  }
  return static_cast<std::uint32_t>(document.links.size());
}

void link_addresses(RichText& text, Document& document) {
  if (text.text.find("://") == std::string::npos && text.text.find("ww.") == std::string::npos &&
      text.text.find("WW.") == std::string::npos)
    return;
  RichText linked;
  std::size_t begin = 0;
  for (const RichText::Run& run : text.runs) {
    std::string_view rest = std::string_view(text.text).substr(begin, run.end - begin);
    begin = run.end;
    while (run.link == 0 && (run.style & kMono) == 0 && !rest.empty()) {
      const std::string_view address = next_address(rest);
      const auto before = static_cast<std::size_t>(address.data() - rest.data());
      linked.append(rest.substr(0, before), run.style);
      const bool has_scheme = address.find("://") != address.npos;
      linked.append(address, run.style,
                    add_link(document, has_scheme ? std::string(address) : "http://" + std::string(address)));
      rest.remove_prefix(before + address.size());
    }
    linked.append(rest, run.style, run.link);
  }
  text = std::move(linked);
}

}  // namespace belay::exports
