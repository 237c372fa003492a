// A header's value with parameters, in the form that Content-Type and Content-Disposition have (RFC 9110, section 5.6.6;
// RFC 6266): `form-data; name="file"; filename="a \"b\".csv"`.
//
// Strict: parameters are tokens or quoted strings, each occurs once, and all text is UTF-8 without control characters.
// Pure. Errors are `invalid_request`; their detail is a sentence about the value.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace belay::transport {

struct HeaderParameters {
  std::string value;                                            // in lower case: "form-data"
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case, values decoded

  // Null: there is none.
  const std::string* find(std::string_view name) const;
};

// In a quoted string, a backslash takes the meaning of a quote or of a backslash. In front of another character it is
// a backslash: browsers send Windows paths like that.
Result<HeaderParameters> parse_parameters(std::string_view text);

// The value of a parameter like filename*: UTF-8'en'%e2%82%ac.csv (RFC 5987, RFC 8187). Only UTF-8 is read.
Result<std::string> decode_extended_value(std::string_view text);

// A token of RFC 9110: letters, digits and !#$%&'*+-.^_`|~
bool is_token(std::string_view text);

}  // namespace belay::transport
