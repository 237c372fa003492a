#include "storage/sqlite/search_sources.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "storage/sqlite/search_lists.hpp"

namespace belay::storage {
namespace {

constexpr std::int64_t kMaxBlocks = 2'000;
constexpr std::size_t kMaxRows = 15'000;

// How often a word is in a document.
struct Counted {
  std::int64_t document = 0;
  search::WordCount count;
};
using Documents = std::vector<Counted>;  // in the order of their numbers

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

Documents in_both(const Documents& some, const Documents& others) {
  Documents both;
  for (auto a = some.begin(), b = others.begin(); a != some.end() && b != others.end();) {
    if (a->document < b->document) {
      ++a;
    } else if (b->document < a->document) {
      ++b;
    } else {
      both.push_back({a->document, lower(a->count, b->count)});
      ++a, ++b;
    }
  }
  return both;
}

// Of terms that were read one after the other.
void put_in_order(Documents& documents) {
  std::sort(documents.begin(), documents.end(),
            [](const Counted& a, const Counted& b) { return a.document < b.document; });
  std::size_t last = 0;
  for (std::size_t i = 1; i < documents.size(); ++i) {
    if (documents[i].document == documents[last].document) {
      documents[last].count.whole += documents[i].count.whole;
      documents[last].count.beginning += documents[i].count.beginning;
    } else {
      documents[++last] = documents[i];
    }
  }
  if (!documents.empty()) documents.resize(last + 1);
}

const Counted* find_in(const Documents& documents, std::int64_t document) {
  const auto found =
      std::lower_bound(documents.begin(), documents.end(), document,
                       [](const Counted& each, std::int64_t wanted) { return each.document < wanted; });
  return found != documents.end() && found->document == document ? &*found : nullptr;
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
    std::vector<Documents> of_words;
    Documents all;  // documents with all words so far
    for (const search::Word& word : words_) {
      auto documents = documents_with(block, word);
      if (!documents) return documents.error();
      all = of_words.empty() ? *documents : in_both(all, *documents);
      if (all.empty()) return true;
      of_words.push_back(std::move(*documents));
    }
    std::vector<search::WordCount> counts(words_.size());
    for (auto each = all.rbegin(); each != all.rend(); ++each) {
      for (std::size_t i = 0; i < of_words.size(); ++i)
        if (const Counted* found = find_in(of_words[i], each->document)) counts[i] = found->count;
      const auto more = take_(each->document, counts);
      if (!more || !*more) return more;
    }
    return true;
  }

  Result<Documents> documents_with(std::int64_t block, const search::Word& word) {
    Documents documents;
    for (std::size_t i = 0; i < word.terms.size(); ++i) {
      Documents of_term;
      const bool is_beginning = word.is_prefix && i + 1 == word.terms.size();
      const auto read = is_beginning ? read_beginning(block, word.terms[i], of_term)
                                     : read_term(block, word.terms[i], of_term);
      if (!read) return read.error();
      documents = i == 0 ? std::move(of_term) : in_both(documents, of_term);
      if (documents.empty()) break;
    }
    return documents;
  }

  Result<> read_term(std::int64_t block, const std::string& term, Documents& documents) {
    Query query(database_,
                "SELECT documents FROM search_terms WHERE collection = ? AND block = ? AND term = ?");
    const auto found = query.number(collection_).number(block).text(term).row();
    ++rows_;
    if (!found) return found.error();
    return *found ? add_postings(query.bytes_at(0), true, documents) : Result<>();
  }

  Result<> read_beginning(std::int64_t block, const std::string& term, Documents& documents) {
    const std::string after = term + '\xFF';
    Query query(database_,
                "SELECT documents, term FROM search_terms WHERE collection = ? AND block = ? AND term >= ? "
                "AND term < ? ORDER BY term");
    query.number(collection_).number(block).text(term).text(after);
    ++rows_;
    while (rows_ < kMaxRows) {
      const auto more = query.row();
      if (!more) return more.error();
      if (!*more) break;
      ++rows_;
      const bool is_whole = query.bytes_at(1) == term;
      if (auto done = add_postings(query.bytes_at(0), is_whole, documents); !done) return done;
    }
    put_in_order(documents);
    return {};
  }

  static Result<> add_postings(std::string_view postings, bool is_whole, Documents& documents) {
    const bool read = each_posting(postings, [&](std::int64_t document, std::uint32_t times) {
      documents.push_back({document, {}});
      add(documents.back().count, is_whole, times);
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
