// Reads the body of a request as the strictest server of its protocol would (requirement C18): Anthropic's API,
// Mistral's API and the chat templates of Gemma and Mistral.
//
//   user  ( text | calls, their results in the same order, … text )  user …
//
// Nothing is blank, every call has a result, ids are unique, arguments are JSON objects, and calls stand only
// in requests that declare tools.
#pragma once

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <simdjson.h>

#include "providers/characters.hpp"
#include "providers/config.hpp"

namespace belay::providers {

class StrictRequest {
 public:
  // Who must speak last. `assistant`: the answer is continued.
  enum class Last { user, assistant };

  // What the server refuses. Empty: nothing.
  static std::string refusal(ProtocolKind kind, std::string_view body, Last last = Last::user) {
    StrictRequest request;
    simdjson::dom::parser parser;
    Object root;
    if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) return "no JSON object";
    switch (kind) {
      case ProtocolKind::chat:
        request.read_chat(root);
        break;
      case ProtocolKind::responses:
        request.read_responses(root);
        break;
      case ProtocolKind::messages:
        request.read_messages(root);
        break;
    }
    Element tools;
    request.check_order(last, root["tools"].get(tools) == simdjson::SUCCESS);
    if (kind == ProtocolKind::messages && last == Last::assistant) request.check_end();
    return request.refusal_;
  }

 private:
  using Object = simdjson::dom::object;
  using Array = simdjson::dom::array;
  using Element = simdjson::dom::element;

  enum class Kind { user, text, calls, results };
  struct Step {
    Kind kind;
    std::vector<std::string> ids;
    bool ends_blank = false;
  };

  void refuse(std::string why) {
    if (refusal_.empty()) refusal_ = std::move(why);
  }

  std::string text(const Object& object, const char* name) {
    std::string_view value;
    if (object[name].get(value) != simdjson::SUCCESS) refuse(std::string("no text: ") + name);
    if (is_blank(value)) refuse(std::string("blank: ") + name);
    return std::string(value);
  }
  static std::string word(const Object& object, const char* name) {
    std::string_view value;
    return object[name].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
  }
  Array list(const Object& object, const char* name) {
    Array value;
    if (object[name].get(value) != simdjson::SUCCESS) refuse(std::string("no list: ") + name);
    return value;
  }
  void check_arguments(std::string_view arguments) {
    simdjson::dom::parser parser;
    Object object;
    if (parser.parse(arguments.data(), arguments.size()).get(object) != simdjson::SUCCESS)
      refuse("arguments that are no object");
  }

  void say(Kind kind, const std::string& said) {
    steps_.push_back({kind, {}, !said.empty() && is_blank(std::string_view(said).substr(said.size() - 1))});
  }
  void add_id(Kind kind, std::string id) {
    if (steps_.empty() || steps_.back().kind != kind) steps_.push_back({kind, {}, false});
    steps_.back().ids.push_back(std::move(id));
  }

  void read_chat(const Object& root) {
    bool first = true;
    for (const Element element : list(root, "messages")) {
      const Object message = element.get_object().value();
      const std::string role = word(message, "role");
      if (role == "system" || role == "developer") {
        text(message, "content");
        if (!std::exchange(first, false)) refuse("a system prompt that is not the first message");
        continue;
      }
      first = false;
      Array calls;
      if (role == "tool") {
        text(message, "content");
        add_id(Kind::results, text(message, "tool_call_id"));
      } else if (role == "assistant" && message["tool_calls"].get(calls) == simdjson::SUCCESS) {
        if (!message["content"].is_null()) text(message, "content");
        steps_.push_back({Kind::calls, {}, false});
        for (const Element call : calls) {
          const Object made = call.get_object().value();
          add_id(Kind::calls, text(made, "id"));
          if (steps_.back().ids.back().size() != 9) refuse("an id that has not nine characters");
          const Object function = made["function"].get_object().value();
          text(function, "name");
          check_arguments(text(function, "arguments"));
        }
      } else if (role == "user" || role == "assistant") {
        say(role == "user" ? Kind::user : Kind::text, text(message, "content"));
      } else {
        refuse("role " + role);
      }
    }
  }

  void read_responses(const Object& root) {
    for (const Element element : list(root, "input")) {
      const Object item = element.get_object().value();
      const std::string type = word(item, "type"), role = word(item, "role");
      if (type == "function_call") {
        add_id(Kind::calls, text(item, "call_id"));
        text(item, "name");
        check_arguments(text(item, "arguments"));
      } else if (type == "function_call_output") {
        text(item, "output");
        add_id(Kind::results, text(item, "call_id"));
      } else if (role == "user" || role == "assistant") {
        say(role == "user" ? Kind::user : Kind::text, text(item, "content"));
      } else if (type != "reasoning") {
        refuse("item " + type);
      }
    }
  }

  void read_messages(const Object& root) {
    std::string before;
    for (const Element element : list(root, "messages")) {
      const Object message = element.get_object().value();
      const std::string role = word(message, "role");
      if (role == before) refuse("two messages of the " + role + " in a row");
      before = role;
      std::string_view content;
      if (message["content"].get(content) == simdjson::SUCCESS) {
        say(role == "user" ? Kind::user : Kind::text, text(message, "content"));
        continue;
      }
      const Array blocks = list(message, "content");
      if (blocks.size() == 0) refuse("no content");
      for (const Element block : blocks) read_block(role, block.get_object().value());
    }
  }
  void read_block(const std::string& role, const Object& block) {
    const std::string type = word(block, "type");
    Object input;
    if (type == "text") {
      say(role == "user" ? Kind::user : Kind::text, text(block, "text"));
    } else if (type == "tool_use" && role == "assistant") {
      add_id(Kind::calls, text(block, "id"));
      text(block, "name");
      if (block["input"].get(input) != simdjson::SUCCESS) refuse("an input that is no object");
    } else if (type == "tool_result" && role == "user") {
      text(block, "content");
      add_id(Kind::results, text(block, "tool_use_id"));
    } else if (type == "thinking" && role == "assistant") {
      text(block, "signature");
    } else {
      refuse("a block \"" + type + "\" of the " + role);
    }
  }

  void check_order(Last last, bool has_tools) {
    if (steps_.empty()) return refuse("no message");
    if (steps_.front().kind != Kind::user) refuse("the first message is not the user's");
    for (std::size_t i = 1; i < steps_.size(); ++i)
      if (!may_follow(steps_[i - 1].kind, steps_[i].kind)) refuse("wrong order at " + std::to_string(i));
    std::set<std::string> known;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].kind != Kind::calls) continue;
      if (!has_tools) refuse("calls without declared tools");
      for (const std::string& id : steps_[i].ids) {
        if (!known.insert(id).second) refuse("an id twice");
        if (!std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isalnum(c); }))
          refuse("an id with signs");
      }
      if (i + 1 == steps_.size() || steps_[i + 1].ids != steps_[i].ids) refuse("calls without their results");
    }
    const Kind ending = last == Last::user ? Kind::user : Kind::text;
    if (steps_.back().kind != ending) refuse("the wrong one speaks last");
  }
  void check_end() {
    if (!steps_.empty() && steps_.back().ends_blank) refuse("a last message that ends in white space");
  }
  static bool may_follow(Kind before, Kind next) {
    switch (before) {
      case Kind::user:
        return next == Kind::text || next == Kind::calls;
      case Kind::text:
        return next == Kind::user;
      case Kind::calls:
        return next == Kind::results;
      case Kind::results:
        return next == Kind::text || next == Kind::calls;
    }
    return false;
  }

  std::vector<Step> steps_;
  std::string refusal_;
};

}  // namespace belay::providers
