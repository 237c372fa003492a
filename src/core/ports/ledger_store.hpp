// The port to the ledger: what each run was charged. Rows are written by Store::settle(), and go back as far as
// store.ledger_kept. It is implemented together with Store (core/ports/store.hpp), whose rules on threads, order and
// bounds also apply here.
#pragma once

#include <vector>

#include "core/ports/store.hpp"
#include "core/types/conversation.hpp"
#include "core/types/usage_sums.hpp"

namespace belay {

class LedgerStore {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~LedgerStore() = default;

  // In the order in which the rows were created.
  virtual void ledger_since(WallTime since, Done<std::vector<LedgerRow>> done) = 0;
  // Of one user on one surface. Empty conversation id: all conversations of the user. Slash commands do not count.
  virtual void usage_since(ConversationKey conversation, WallTime since, Done<UsageTotals> done) = 0;
  // For operators. Slash commands do not count.
  virtual void usage_sums(UsageQuery query, Done<UsagePage> done) = 0;
};

}  // namespace belay
