// Documents that were fetched from the product, by user; the least recently used go first. Thread-safe.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "services/context/context_document.hpp"

namespace belay::services {

class ContextCache {
 public:
  struct Limits {
    std::size_t entries = 0;
    ByteCount size;
  };
  struct Entry {
    std::shared_ptr<const ContextDocument> document;  // null: the user has none
    SteadyTime fetched;
  };

  explicit ContextCache(const Limits& limits) : limits_(limits) {}

  std::optional<Entry> find(const std::string& user);
  // To be taken before a fetch begins, and given with what it brings.
  std::uint64_t forgotten() const;
  // Keeps nothing if a user was forgotten since then: it may be this one. `size`: of the document's text.
  void put(const std::string& user, Entry entry, std::size_t size, std::uint64_t forgotten);
  void forget(const std::string& user);

 private:
  struct Kept {
    std::string user;
    Entry entry;
    std::size_t size;
  };
  using Place = std::list<Kept>::iterator;
  void remove(Place place);

  const Limits limits_;
  mutable std::mutex mutex_;  // guards the members below
  std::list<Kept> kept_;      // the most recently used first
  std::unordered_map<std::string, Place> by_user_;
  std::uint64_t size_ = 0;
  std::uint64_t forgotten_ = 0;
};

}  // namespace belay::services
