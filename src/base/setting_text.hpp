// Decides how much of a setting's value may be shown in a message. The setting should hold the name of a
// secret (of its environment variable or its file). By mistake, it may hold the secret itself.
#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace belay {

inline bool is_environment_name(std::string_view text) {
  const auto fits = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text.front())) &&
         std::all_of(text.begin(), text.end(), fits);
}

// "the environment variable OPENAI_API_KEY", or "the environment variable that api_key_env names" if the name
// does not have the usual form (upper-case letters, digits, underscores).
inline std::string describe_environment_variable(std::string_view name, std::string_view setting) {
  const bool usual = is_environment_name(name) &&
                     std::none_of(name.begin(), name.end(), [](unsigned char c) { return std::islower(c); });
  return "the environment variable " +
         (usual ? std::string(name) : "that " + std::string(setting) + " names");
}

// "/etc/belay/key.pem", or "the file that api_key_file names" when it does not look like a path.
inline std::string describe_file(std::string_view path, std::string_view setting) {
  constexpr std::size_t kLongForAName = 24;
  const auto fits = [](unsigned char c) {
    return std::isalnum(c) ||
           (c != 0 && std::string_view("/._-").find(static_cast<char>(c)) != std::string_view::npos);
  };
  bool usual = path.find('/') != std::string_view::npos && std::all_of(path.begin(), path.end(), fits);
  for (std::string_view rest = path; usual && !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    const auto has = [part](int (*is)(int)) {
      return std::any_of(part.begin(), part.end(), [is](unsigned char c) { return is(c) != 0; });
    };
    if (part.size() >= kLongForAName && has(std::isupper) && has(std::islower) && has(std::isdigit))
      usual = false;
  }
  return usual ? std::string(path) : "the file that " + std::string(setting) + " names";
}

}  // namespace belay
