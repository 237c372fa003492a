// Result<T>: a value or an Error. Expected failures are returned in it. Exceptions are for bugs and for
// resources that could not be obtained.
#pragma once

#include <stdexcept>

#include <boost/system/result.hpp>

#include "base/error.hpp"

namespace belay {

template <class T = void>
using Result = boost::system::result<T, Error>;

// boost::system::result calls this function when value() is called on an error. That is a bug in the caller.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error("value() of a failed Result: " + std::string(to_string(error.code)) + ": " +
                         error.detail);
}

inline Error make_error(ErrorCode code, std::string detail, std::string field = {}) {
  return Error{code, std::move(detail), std::move(field), {}, std::nullopt};
}

}  // namespace belay
