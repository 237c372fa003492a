// The port to the contexts of climbers: one JSON document a user (requirement S8). It is implemented together with Store
// (core/ports/store.hpp), whose rules on threads, order and bounds also apply here. The store does not look into the
// documents; services/context/ checks them.
//
// The erasure of a user removes the document, too (core/ports/erasure_store.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/ports/store.hpp"

namespace belay {

struct StoredContext {
  std::string document;  // JSON text
  // Grows with each change, of whatever user, and is never used again.
  std::uint64_t revision = 0;
  WallTime changed;
};

// What must be true for a change to take effect.
struct ContextCondition {
  // The document's revision; 0: there is no document. Nothing: the change always takes effect.
  std::optional<std::uint64_t> revision{};
};

class ContextStore {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~ContextStore() = default;

  // Shows everything whose `done` was called before.
  virtual void find_context(std::string user, Done<std::optional<StoredContext>> done) = 0;
  // Makes or replaces the document. The result is its revision. Fails with `conflict`, and changes nothing, if the condition is
  // not true.
  virtual void put_context(std::string user, std::string document, WallTime now, ContextCondition condition,
                           Done<std::uint64_t> done) = 0;
  // The result is whether there was one.
  virtual void erase_context(std::string user, Done<bool> done) = 0;
};

}  // namespace belay
