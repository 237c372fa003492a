// The two lists that the search index stores: the terms of a document, and the documents of a term.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace belay::storage {

// The terms of a text, in order, and how often each is there. Of a long text, the first ones. Empty: it has none.
std::string term_list(std::string_view text);
// Calls `take` for each term, in order, until it returns false. The result is false if the list is broken.
bool each_listed_term(std::string_view list,
                      const std::function<bool(std::string_view, std::uint32_t)>& take);

// The documents that have a term, in order, and how often it is in them.
class Postings {
 public:
  // `document` must be greater than the one before.
  void add(std::int64_t document, std::uint32_t count);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::int64_t last_ = 0;
};
// As each_listed_term().
bool each_posting(std::string_view postings, const std::function<bool(std::int64_t, std::uint32_t)>& take);

}  // namespace belay::storage
