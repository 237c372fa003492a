// Result<T>: a value or an Error. Expected failures travel in it; exceptions are for bugs and lost resources.
#pragma once

#include <stdexcept>

#include <boost/system/result.hpp>

#include "base/error.hpp"

namespace belay {

template <class T = void>
using Result = boost::system::result<T, Error>;

// Found by boost::system::result when value() is called on an error: that is a bug in the caller.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error("value() of a failed Result: " + std::string(to_string(error.code)) + ": " +
                         error.detail);
}

inline Error make_error(ErrorCode code, std::string detail, std::string field = {}) {
  return Error{code, std::move(detail), std::move(field), {}, std::nullopt};
}

}  // namespace belay
