#include "storage/sqlite/search_lists.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "base/search/query.hpp"

namespace belay::storage {
namespace {

constexpr std::size_t kMaxTerms = 20'000;  // of a document, repetitions included

void put_varint(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

bool take_varint(std::string_view& from, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !from.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace

// For each term: how often it is there, how many bytes it shares with the term before, its other bytes.
std::string term_list(std::string_view text) {
  std::unordered_map<std::string, std::uint32_t> counts;
  std::size_t terms = 0;
  search::each_term(text.substr(0, search::kMaxTextBytes), [&](const search::Term& term) {
    ++counts[std::string(term.text)];
    return ++terms < kMaxTerms;
  });
  std::vector<std::pair<std::string_view, std::uint32_t>> sorted(counts.begin(), counts.end());
  std::sort(sorted.begin(), sorted.end());
  std::string list;
  std::string_view before;
  for (const auto& [term, count] : sorted) {
    const auto differ = std::mismatch(term.begin(), term.end(), before.begin(), before.end());
    const auto shared = static_cast<std::size_t>(differ.first - term.begin());
    put_varint(count, list);
    put_varint(shared, list);
    put_varint(term.size() - shared, list);
    list.append(term.substr(shared));
    before = term;
  }
  return list;
}

void Postings::add(std::int64_t document, std::uint32_t count) {
  put_varint(static_cast<std::uint64_t>(document - last_), bytes_);
  put_varint(count, bytes_);
  last_ = document;
}

bool each_listed_term(std::string_view list,
                      const std::function<bool(std::string_view, std::uint32_t)>& take) {
  std::string term;
  while (!list.empty()) {
    std::uint64_t count = 0, shared = 0, rest = 0;
    if (!take_varint(list, count) || !take_varint(list, shared) || !take_varint(list, rest) ||
        shared > term.size() || rest > list.size())
      return false;
    term.resize(shared);
    term.append(list.substr(0, rest));
    list.remove_prefix(rest);
    if (!take(term, static_cast<std::uint32_t>(count))) return true;
  }
  return true;
}

bool each_posting(std::string_view postings, const std::function<bool(std::int64_t, std::uint32_t)>& take) {
  std::int64_t document = 0;
  while (!postings.empty()) {
    std::uint64_t step = 0, count = 0;
    if (!take_varint(postings, step) || !take_varint(postings, count)) return false;
    document += static_cast<std::int64_t>(step);
    if (!take(document, static_cast<std::uint32_t>(count))) return true;
  }
  return true;
}

}  // namespace belay::storage
