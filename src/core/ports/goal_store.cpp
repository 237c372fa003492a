#include "core/ports/goal_store.hpp"

#include <fmt/format.h>

namespace belay {

Error too_many_of(std::string_view what, std::size_t max, std::string_view limit) {
  Error error =
      make_error(ErrorCode::conflict,
                 fmt::format("At most {} {} are kept. Delete some that you no longer need.", max, what));
  error.limit = limit;
  return error;
}

}  // namespace belay
