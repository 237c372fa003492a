#include "core/types/caller.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace belay {
namespace {

// Finds C0, DEL, C1 (U+0080 to U+009F), and the line and paragraph separators (U+2028, U+2029). `text` must
// be valid UTF-8.
bool has_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
    if (text.substr(i, 3) == "\u2028" || text.substr(i, 3) == "\u2029") return true;
  }
  return false;
}

bool is_name(std::string_view text, std::size_t max_bytes) {
  return !text.empty() && text.size() <= max_bytes && is_valid_utf8(text) && !has_control_character(text) &&
         text.front() != ' ' && text.back() != ' ';
}

}  // namespace

bool Caller::has_role(std::string_view role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

bool is_valid_user_id(std::string_view user) {
  return is_name(user, kMaxUserBytes);
}
bool is_valid_tier(std::string_view tier) {
  return tier.empty() || is_name(tier, kMaxTierBytes);
}
bool is_valid_role(std::string_view role) {
  return is_name(role, kMaxRoleBytes);
}
bool is_valid_token_id(std::string_view id) {
  return is_name(id, kMaxTokenIdBytes);
}
bool is_valid_phase(std::string_view phase) {
  return phase.empty() || is_name(phase, kMaxPhaseBytes);
}

std::string anonymous_user(std::string_view name) {
  return ' ' + std::string(name);
}
bool is_anonymous(std::string_view user) {
  return user.starts_with(' ');
}

}  // namespace belay
