// The modes of a request to the assistant (requirement A1). Each mode has a prompt and a rate of its own.
#pragma once

#include <optional>
#include <string_view>

namespace belay::policy {

enum class AssistantMode { chat, edit, generate };
std::optional<AssistantMode> assistant_mode_from(std::string_view name);
std::string_view to_string(AssistantMode mode);

}  // namespace belay::policy
