#include "transport/router.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace belay::transport {
namespace {

using Segments = std::vector<std::string>;

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}

bool is_rest(std::string_view segment) {
  return segment.ends_with("...}");
}

bool has_rest(const Segments& pattern) {
  return is_rest(pattern.back());
}

// Of a parameter: "{name}" or "{name...}".
std::string_view name_of(std::string_view segment) {
  return segment.substr(1, segment.size() - (is_rest(segment) ? 5 : 2));
}

// Splits "/a/b" into "a" and "b", and "/" into one empty segment. `path` begins with a slash.
Segments split(std::string_view path) {
  Segments segments;
  for (std::size_t start = 1;;) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    segments.emplace_back(path.substr(start, end - start));
    if (end == path.size()) return segments;
    start = end + 1;
  }
}

bool matches(const Segments& pattern, const Segments& path) {
  const std::size_t most = has_rest(pattern) ? path.size() : pattern.size();
  if (path.size() < pattern.size() || path.size() > most) return false;
  return std::equal(pattern.begin(), pattern.end(), path.begin(), [](const auto& wanted, const auto& got) {
    return is_parameter(wanted) ? !got.empty() : wanted == got;
  });
}

bool same_shape(const Segments& a, const Segments& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return is_parameter(x) && is_parameter(y) ? is_rest(x) == is_rest(y) : x == y;
  });
}

// For two patterns that match the same path: whether `a` has the literal at the first segment where one has a
// literal and the other a parameter. If there is none: whether only `b` ends with the rest of the path.
bool more_literal(const Segments& a, const Segments& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    if (is_parameter(a[i]) != is_parameter(b[i])) return is_parameter(b[i]);
  if (has_rest(a) && has_rest(b)) return a.size() > b.size();
  return !has_rest(a) && has_rest(b);
}

// Where segment `index` of the path begins.
std::size_t beginning_of(std::string_view path, std::size_t index) {
  std::size_t at = 1;
  for (; index != 0; --index) at = path.find('/', at) + 1;
  return at;
}

Result<> check_pattern(const Route& route, const Segments& segments) {
  std::set<std::string_view> names;
  for (const std::string& segment : segments) {
    if (segment.find_first_of("{}") == segment.npos) continue;
    const bool whole = segment.size() > 2 && segment.front() == '{' && segment.back() == '}' &&
                       segment.find_first_of("{}", 1) == segment.size() - 1;
    const bool may_be_rest = &segment == &segments.back();
    if (!whole || (is_rest(segment) && !may_be_rest) || name_of(segment).empty() ||
        !names.insert(name_of(segment)).second)
      return make_error(ErrorCode::invalid_request,
                        fmt::format("Route '{}': '{}' in '{}' must be a whole segment '{{name}}' that stands "
                                    "once, or '{{name...}}' at the end.",
                                    route.name, segment, route.pattern));
  }
  return {};
}

}  // namespace

Result<> Router::add(Route route) {
  if (route.method.empty() || !route.handler || !route.pattern.starts_with('/'))
    return make_error(
        ErrorCode::invalid_request,
        fmt::format("Route '{}' needs a method, a handler and a pattern that begins with '/'.", route.name));
  Segments segments = split(route.pattern);
  if (auto checked = check_pattern(route, segments); !checked) return checked.error();

  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const Route& other = routes_[i];
    if (other.method != route.method || !same_shape(segments, patterns_[i])) continue;
    return make_error(
        ErrorCode::conflict,
        fmt::format("Two routes want {} {}: '{}' ({}) and '{}' ({}). Give one of them another path prefix.",
                    route.method, route.pattern, other.name, other.pattern, route.name, route.pattern));
  }
  routes_.push_back(std::move(route));
  patterns_.push_back(std::move(segments));
  return {};
}

Result<Router::Match> Router::find(std::string_view method, std::string_view path) const {
  if (!path.starts_with('/')) return make_error(ErrorCode::not_found, "There is nothing at this path.");
  const Segments segments = split(path);

  const Route* best = nullptr;
  const Segments* best_pattern = nullptr;
  bool best_is_exact = false;  // the route has this method itself; false: a GET route for HEAD
  std::set<std::string_view> allowed;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const Route& route = routes_[i];
    const Segments& pattern = patterns_[i];
    if (!matches(pattern, segments)) continue;
    allowed.insert(route.method);
    if (route.method == "GET") allowed.insert("HEAD");
    const bool exact = route.method == method;
    if (!exact && !(method == "HEAD" && route.method == "GET")) continue;
    const bool better = !best || more_literal(pattern, *best_pattern) ||
                        (exact && !best_is_exact && !more_literal(*best_pattern, pattern));
    if (!better) continue;
    best = &route;
    best_is_exact = exact;
    best_pattern = &pattern;
  }
  if (!best && allowed.empty()) return make_error(ErrorCode::not_found, "There is nothing at this path.");
  if (!best)
    return make_error(ErrorCode::method_not_allowed,
                      fmt::format("This path answers to {} only.", fmt::join(allowed, ", ")),
                      fmt::format("{}", fmt::join(allowed, ", ")));

  Match match{best, {}};
  for (std::size_t i = 0; i < best_pattern->size(); ++i) {
    const std::string_view segment = (*best_pattern)[i];
    if (!is_parameter(segment)) continue;
    if (is_rest(segment)) match.rest = beginning_of(path, i);
    match.captures.emplace_back(name_of(segment), is_rest(segment) ? path.substr(match.rest) : segments[i]);
  }
  return match;
}

void Router::shape_errors(std::string path, const ErrorShape& shape) {
  const auto place = std::find_if(shapes_.begin(), shapes_.end(),
                                  [&](const Shaped& other) { return other.path.size() < path.size(); });
  shapes_.insert(place, {std::move(path), &shape});
}

const ErrorShape* Router::error_shape(std::string_view path) const {
  for (const Shaped& each : shapes_)
    if (path.starts_with(each.path) && (path.size() == each.path.size() || path[each.path.size()] == '/'))
      return each.shape;
  return nullptr;
}

}  // namespace belay::transport
