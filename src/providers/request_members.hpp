// Members of a request's body that several protocols have: numbers, texts, media.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/ports/provider.hpp"

namespace belay::providers {

// Each appends a comma, the name and the value; nothing if there is no value. A number that is not finite is none.
void append_member(std::string_view name, std::optional<double> number, std::string& out);
void append_member(std::string_view name, std::optional<std::int64_t> number, std::string& out);
void append_member(std::string_view name, std::optional<bool> flag, std::string& out);
void append_member(std::string_view name, const std::vector<std::string>& texts, std::string& out);

// A JSON string: the address of the media, or a data: URL with its bytes.
void append_media_url(const Media& media, std::string& out);

// What the model's entry allows of the request.
bool takes_sampling(const GenerationRequest& request);
// An effort is a word that is sent as it is: lower-case letters. Only models that show reasoning get one.
bool takes_effort(const GenerationRequest& request);
bool takes(const Model& model, const Image& image);
bool takes(const Model& model, const File& file);

}  // namespace belay::providers
