#include "surfaces/body_object.hpp"

#include <cmath>

#include <fmt/format.h>

#include "surfaces/json_body.hpp"

namespace belay::surfaces {

Error bad_member(const std::string& place, std::string_view what) {
  return make_error(ErrorCode::invalid_request, fmt::format("{} {}", place, what), place);
}

Error unsupported_member(const std::string& place, std::string_view what) {
  return make_error(ErrorCode::not_implemented, fmt::format("{} {}", place, what), place);
}

std::string text_of_element(std::string_view raw) {
  // Texts are read as members of an object.
  const std::string wrapped = fmt::format("{{\"s\":{}}}", raw);
  const auto json = JsonObject::read(wrapped, 1);
  return json ? json->find("s")->text : std::string();
}

Result<BodyObject> BodyObject::read(std::string_view raw, std::string place) {
  if (!raw.starts_with('{')) return bad_member(place, "must be an object.");
  auto object = JsonObject::read(raw, kMaxJsonDepth);
  if (!object) return object.error();
  return BodyObject(std::move(*object), std::move(place));
}

std::string BodyObject::place(std::string_view name) const {
  return place_.empty() ? std::string(name) : fmt::format("{}.{}", place_, name);
}

const BodyObject::Member* BodyObject::find(std::string_view name) const {
  const Member* member = object_.find(name);
  return member && member->kind != JsonKind::null ? member : nullptr;
}

Result<const BodyObject::Member*> BodyObject::find(std::string_view name, JsonKind kind,
                                                   std::string_view what) const {
  const Member* member = find(name);
  if (member && member->kind != kind) return bad_member(place(name), fmt::format("must be {}.", what));
  return member;
}

Result<std::optional<BodyObject>> BodyObject::object(std::string_view name) const {
  const auto member = find(name, JsonKind::object, "an object");
  if (!member) return member.error();
  if (!*member) return std::optional<BodyObject>();
  auto inner = read((*member)->raw, place(name));
  if (!inner) return inner.error();
  return std::optional<BodyObject>(std::move(*inner));
}

Result<std::string> BodyObject::text(std::string_view name) const {
  const auto member = find(name, JsonKind::string, "a string");
  if (!member) return member.error();
  return *member ? (*member)->text : std::string();
}

Result<std::string> BodyObject::required_text(std::string_view name, std::size_t max_bytes) const {
  auto value = text(name);
  if (!value) return value;
  if (value->empty()) return bad_member(place(name), "is missing. It must be a string.");
  if (value->size() > max_bytes)
    return bad_member(place(name), fmt::format("has more than {} bytes.", max_bytes));
  return value;
}

Result<bool> BodyObject::flag(std::string_view name) const {
  const auto value = optional_flag(name);
  if (!value) return value.error();
  return value->value_or(false);
}

Result<std::optional<bool>> BodyObject::optional_flag(std::string_view name) const {
  const auto member = find(name, JsonKind::boolean, "true or false");
  if (!member) return member.error();
  return *member ? std::optional((*member)->truth()) : std::nullopt;
}

Result<std::optional<double>> BodyObject::number(std::string_view name, double min, double max) const {
  const auto member = find(name, JsonKind::number, "a number");
  if (!member) return member.error();
  if (!*member) return std::optional<double>();
  const double value = (*member)->number();
  if (value < min || value > max)
    return bad_member(place(name), fmt::format("must be between {} and {}.", min, max));
  return std::optional<double>(value);
}

Result<std::uint64_t> BodyObject::count(std::string_view name) const {
  const auto value = number(name, 1, 1e9);
  if (!value) return value.error();
  if (!*value) return 0;
  if (std::floor(**value) != **value) return bad_member(place(name), "must be a whole number.");
  return static_cast<std::uint64_t>(**value);
}

}  // namespace belay::surfaces
