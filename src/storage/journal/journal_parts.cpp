#include "storage/journal/journal_parts.hpp"

namespace belay::storage {

void JournalParts::remove_unneeded() {
  const std::lock_guard in_order(removal_);
  while (const auto path = ledger.take_removable()) {
    if (files.remove(*path)) {
      ++stats.removal_failures;
      ledger.allow_removal(false);  // a newer segment must not go before an older one
      return;
    }
    --stats.segments;
  }
}

}  // namespace belay::storage
