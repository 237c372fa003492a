#include "storage/sqlite/search_sources.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "storage/sqlite/search_lists.hpp"

namespace belay::storage {
namespace {

constexpr std::int64_t kMaxBlocks = 2'000;
constexpr std::size_t kMaxRows = 15'000;

using Counts = std::map<std::int64_t, search::WordCount, std::greater<>>;

Error broken_index() {
  return make_error(ErrorCode::internal, "The search index is broken.");
}

void add(search::WordCount& count, bool is_whole, std::uint32_t times) {
  (is_whole ? count.whole : count.beginning) += times;
}

// A run of characters is in a text no more often than the rarest of its pairs.
search::WordCount lower(const search::WordCount& a, const search::WordCount& b) {
  return {std::min(a.whole, b.whole), std::min(a.beginning, b.beginning)};
}

class Reading {
 public:
  using Take = std::function<Result<bool>(std::int64_t, const std::vector<search::WordCount>&)>;

  Reading(Database& database, std::int64_t collection, std::span<const search::Word> words, const Take& take)
      : database_(database), collection_(collection), words_(words), take_(take) {}

  // False, as below: no more are wanted.
  Result<bool> fresh() {
    std::vector<std::pair<std::int64_t, std::vector<search::WordCount>>> found;
    {
      Query query(database_,
                  "SELECT document, terms FROM search_documents INDEXED BY search_fresh "
                  "WHERE collection = ? AND block = 0 ORDER BY document DESC");
      query.number(collection_);
      for (;;) {
        const auto more = query.row();
        if (!more) return more.error();
        if (!*more) break;
        ++rows_;
        std::vector<search::WordCount> counts;
        if (!count_in_list(query.bytes_at(1), counts)) return broken_index();
        if (has_all(counts)) found.emplace_back(query.number_at(0), std::move(counts));
      }
    }
    for (const auto& [document, counts] : found) {
      const auto more = take_(document, counts);
      if (!more || !*more) return more;
    }
    return true;
  }

  Result<bool> blocks() {
    for (const std::int64_t block : newest_blocks()) {
      if (rows_ >= kMaxRows) return false;
      const auto more = one_block(block);
      if (!more || !*more) return more;
    }
    return failed_ ? Result<bool>(*failed_) : true;
  }

 private:
  static bool has_all(const std::vector<search::WordCount>& counts) {
    return std::all_of(counts.begin(), counts.end(),
                       [](const auto& count) { return count.whole + count.beginning > 0; });
  }

  // One walk through the terms of a document, for all words.
  bool count_in_list(std::string_view list, std::vector<search::WordCount>& counts) const {
    std::vector<std::vector<search::WordCount>> of_terms;
    for (const search::Word& word : words_) of_terms.emplace_back(word.terms.size());
    const bool read = each_listed_term(list, [&](std::string_view term, std::uint32_t times) {
      for (std::size_t i = 0; i < words_.size(); ++i) {
        const search::Word& word = words_[i];
        for (std::size_t j = 0; j < word.terms.size(); ++j) {
          const bool may_go_on = word.is_prefix && j + 1 == word.terms.size();
          if (term == word.terms[j])
            add(of_terms[i][j], true, times);
          else if (may_go_on && term.starts_with(word.terms[j]))
            add(of_terms[i][j], false, times);
        }
      }
      return true;
    });
    for (const auto& each : of_terms) {
      search::WordCount count = each.front();
      for (const search::WordCount& other : each) count = lower(count, other);
      counts.push_back(count);
    }
    return read;
  }

  std::vector<std::int64_t> newest_blocks() {
    std::vector<std::int64_t> blocks;
    Query query(database_,
                "SELECT block FROM search_blocks WHERE collection = ? ORDER BY block DESC LIMIT ?");
    query.number(collection_).number(kMaxBlocks);
    for (;;) {
      const auto more = query.row();
      if (!more) failed_ = more.error();
      if (!more || !*more) return blocks;
      blocks.push_back(query.number_at(0));
    }
  }

  Result<bool> one_block(std::int64_t block) {
    std::vector<Counts> found;  // of each word
    for (const search::Word& word : words_) {
      auto counts = documents_with(block, word);
      if (!counts) return counts.error();
      if (counts->empty()) return true;
      found.push_back(std::move(*counts));
    }
    std::vector<search::WordCount> counts(words_.size());
    for (const auto& [document, first] : found.front()) {
      bool all = true;
      for (std::size_t i = 0; i < found.size() && all; ++i) {
        const auto in = found[i].find(document);
        all = in != found[i].end();
        if (all) counts[i] = in->second;
      }
      if (!all) continue;
      const auto more = take_(document, counts);
      if (!more || !*more) return more;
    }
    return true;
  }

  Result<Counts> documents_with(std::int64_t block, const search::Word& word) {
    Counts counts;
    for (const std::string& term : word.terms) {
      const bool is_last = &term == &word.terms.back();
      Counts of_term;
      const auto read =
          word.is_prefix && is_last ? read_beginning(block, term, of_term) : read_term(block, term, of_term);
      if (!read) return read.error();
      if (&term == &word.terms.front()) {
        counts = std::move(of_term);
      } else {
        counts = documents_in_both(counts, of_term);
      }
      if (counts.empty()) break;
    }
    return counts;
  }

  static Counts documents_in_both(const Counts& some, const Counts& others) {
    Counts both;
    for (const auto& [document, count] : some)
      if (const auto other = others.find(document); other != others.end())
        both.emplace_hint(both.end(), document, lower(count, other->second));
    return both;
  }

  Result<> read_term(std::int64_t block, const std::string& term, Counts& counts) {
    Query query(database_,
                "SELECT documents FROM search_terms WHERE collection = ? AND block = ? AND term = ?");
    const auto found = query.number(collection_).number(block).text(term).row();
    ++rows_;
    if (!found) return found.error();
    return *found ? add_postings(query.bytes_at(0), true, counts) : Result<>();
  }

  Result<> read_beginning(std::int64_t block, const std::string& term, Counts& counts) {
    const std::string after = term + '\xFF';
    Query query(database_,
                "SELECT documents, term FROM search_terms WHERE collection = ? AND block = ? AND term >= ? "
                "AND term < ? ORDER BY term");
    query.number(collection_).number(block).text(term).text(after);
    ++rows_;
    while (rows_ < kMaxRows) {
      const auto more = query.row();
      if (!more) return more.error();
      if (!*more) return {};
      ++rows_;
      if (auto done = add_postings(query.bytes_at(0), query.bytes_at(1) == term, counts); !done) return done;
    }
    return {};
  }

  static Result<> add_postings(std::string_view postings, bool is_whole, Counts& counts) {
    const bool read = each_posting(postings, [&](std::int64_t document, std::uint32_t times) {
      add(counts[document], is_whole, times);
      return true;
    });
    return read ? Result<>() : Result<>(broken_index());
  }

  Database& database_;
  const std::int64_t collection_;
  const std::span<const search::Word> words_;
  const Take& take_;
  std::size_t rows_ = 0;
  std::optional<Error> failed_;
};

}  // namespace

Result<> each_document(
    Database& database, std::int64_t collection, std::span<const search::Word> words,
    const std::function<Result<bool>(std::int64_t, const std::vector<search::WordCount>&)>& take) {
  Reading reading(database, collection, words, take);
  auto more = reading.fresh();
  if (more && *more) more = reading.blocks();
  return more ? Result<>() : Result<>(more.error());
}

}  // namespace belay::storage
