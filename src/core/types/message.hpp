// The request to a language model and its answer, independent of any vendor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "base/units.hpp"

namespace belay {

// The system prompt is no message: see GenerationRequest::system.
enum class Role : std::uint8_t { user = 1, assistant = 2, tool = 3 };

struct Text {
  std::string text;  // valid UTF-8
};

struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  // JSON text
};

struct ToolResult {
  std::string call_id;  // of the ToolCall
  std::string text;
};

// What a model thought before its answer. It is sent back only to the model that signed it.
struct Reasoning {
  std::string text;
  std::string signature;  // the provider's proof, or the encrypted thoughts: opaque; empty: none
  std::string signer;     // who can read the signature (providers/sent_messages.hpp)
};

// What an image or a file holds: its bytes, or an address that the provider fetches. One of the two is set. The bytes
// are held as they are, not in Base64.
struct Media {
  std::string media_type;  // "image/png"; may be empty if there is an address
  std::string data;
  std::string url;
};
// The longest data of one image or file, and the longest address.
inline constexpr ByteCount kMaxMediaData{16ull << 20};
inline constexpr ByteCount kMaxMediaUrl{8ull << 10};

struct Image {
  Media media;
  std::string detail;  // how closely the model looks: "low", "high"; empty: not set
};

struct File {
  Media media;
  std::string name;  // "report.pdf"; empty: not known
};

using Part = std::variant<Text, ToolCall, ToolResult, Reasoning, Image, File>;

// The user's messages hold texts, images and files, in any order. The assistant's hold reasoning, texts and tool calls,
// in this order. A tool's message holds results, and stands right after the message with their calls.
struct Message {
  Message() = default;
  explicit Message(Role who) : role(who) {}
  Message(Role who, std::string text) : role(who) { parts.emplace_back(Text{std::move(text)}); }

  Role role = Role::user;
  boost::container::small_vector<Part, 1> parts;
  std::string name;  // who of several users or assistants speaks; empty: not said
};

// The texts of a message, separated by blank lines.
std::string text_of(const Message& message);
// What a person reads of a message: its texts, and placeholders for images and files, separated by blank lines.
std::string shown_text_of(const Message& message);
// The size of everything that a message says to a model. An image or a file counts what models charge for one at most,
// not its bytes.
std::uint64_t bytes_of(const Message& message);
// What a person reads in the place of an image or a file: "[image]", "[file: report.pdf]".
std::string placeholder_of(const Image& image);
std::string placeholder_of(const File& file);

// An action that the model may ask the client to perform.
struct Tool {
  std::string name;
  std::string description;
  std::string schema;  // JSON Schema of the arguments, as JSON text
  // The provider lets the model write only arguments that match the schema. Providers allow a part of JSON Schema for that.
  bool strict = false;
};

struct Usage {
  TokenCount input;   // the whole prompt, cached tokens included
  TokenCount output;  // everything that was generated, reasoning included
  TokenCount cached;
  TokenCount reasoning;
  // Counted by this server, because the provider did not report the usage, or reported it only in part.
  bool estimated = false;
  NanoDollars cost;  // at the catalogue's price (core/types/cost.hpp); 0: the model has no price
};

enum class FinishReason : std::uint8_t { stop = 1, length = 2, tool_calls = 3, content_filter = 4 };

// US dollars per million tokens. 0: the price is not known, so nothing is charged.
struct ModelPrice {
  double input = 0;
  double output = 0;
  std::optional<double> cached;  // input from the provider's cache; not set: same price as other input
};

// A row of the catalogue: the name that clients use for a model, and how to call that model.
struct Model {
  std::string alias;          // "grok-3"
  std::string provider;       // the name of a configured provider: "xai"
  std::string upstream_name;  // the provider's name for the model: "grok-4.3"
  std::string protocol;       // "chat", "responses" or "messages"; empty: the provider's default
  TokenCount window{128'000};
  TokenCount max_output{4'096};
  std::string token_field = "max_completion_tokens";  // or "max_tokens", if the provider requires that
  std::string system_role = "system";                 // or "developer"
  bool sampling_allowed = false;                      // whether a temperature and the like may be sent
  bool tools_allowed = true;                          // whether tools may be offered to the model
  bool images_allowed = false;                        // whether it takes images
  bool files_allowed = false;                         // whether it takes files (PDF)
  bool can_continue = false;                          // whether it can continue a partial answer (prefill)
  bool shows_reasoning = false;                       // whether clients see what it thinks before it answers
  ModelPrice price;
  std::string tier;                    // the lowest tier that may use it, as configured; empty: everybody may
  std::vector<std::string> fallbacks;  // aliases to try in this order when this model fails
};

}  // namespace belay
