// Requirements A1, X9: what every surface rejects in a JSON body, and that the error names the field.
#include "surfaces/json_body.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surfaces/assistant/parse.hpp"
#include "surfaces/chat/parse.hpp"
#include "surfaces/persona/parse.hpp"

namespace belay::surfaces {
namespace {

using testing::HasSubstr;

transport::Request request(std::string body, std::string type = "application/json") {
  transport::Request request;
  request.method = "POST";
  request.headers = {{"content-type", std::move(type)}};
  request.body = std::move(body);
  return request;
}

// How one route parses a body. Returns nothing when the body is accepted.
struct Surface {
  const char* name;
  const char* message;  // the field with the message to the model; null: none
  // The other members that the route needs, without brackets, each followed by a comma.
  const char* others;
  std::function<std::optional<Error>(const transport::Request&)> parse;

  std::string body(const std::string& extra) const {
    std::string text = std::string("{") + others;
    if (message) text += std::string("\"") + message + "\":\"hello\",";
    return text + extra + "}";
  }
  std::string body_that_says(const std::string& raw) const {
    return std::string("{") + others + "\"" + message + "\":" + raw + "}";
  }
};

template <class T>
std::optional<Error> error_of(const Result<T>& result) {
  if (result) return std::nullopt;
  return result.error();
}

const std::vector<Surface>& surfaces() {
  static const AssistantConfig assistant_config;
  static const ChatConfig chat_config;
  static const PersonaSurfaceConfig persona_config;
  static const std::vector<Surface> all = {
      {"assistant.request", "prompt", R"("mode":"chat",)",
       [](const auto& r) { return error_of(assistant::parse_ask(r, assistant_config)); }},
      {"chat.start", "prompt", R"("modelId":"m",)",
       [](const auto& r) { return error_of(chat::parse_start(r, chat_config)); }},
      {"chat.react", nullptr, R"("reaction":"like",)",
       [](const auto& r) { return error_of(chat::parse_reaction(r)); }},
      {"persona.start", nullptr, R"("user_id":"ann",)",
       [](const auto& r) { return error_of(persona::parse_start(r)); }},
      {"persona.stream", "message", R"("session_id":"session_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",)",
       [](const auto& r) { return error_of(persona::parse_ask(r, persona_config)); }},
      {"persona.resume", nullptr, R"("session_id":"s",)",
       [](const auto& r) { return error_of(persona::parse_session_id(r)); }},
      {"persona.coach", nullptr, R"("intensity":0.5,"phase":"main",)",
       [](const auto& r) { return error_of(persona::parse_coach(r)); }},
  };
  return all;
}

TEST(JsonBody, A1_what_is_right_is_taken_on_every_route) {
  for (const Surface& surface : surfaces()) {
    const auto error = surface.parse(request(surface.body(R"("something":{"else":[1.10]})")));
    EXPECT_FALSE(error) << surface.name << error->detail;
    for (const char* type : {"application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\"",
                             "application/json ; x=\"a;charset=latin1\"", "application/json;charset=us-ascii",
                             "application/json;"})
      EXPECT_FALSE(surface.parse(request(surface.body(R"("x":1)"), type))) << surface.name << type;
  }
}

TEST(JsonBody, X9_another_content_type_or_charset_is_415_on_every_route) {
  for (const Surface& surface : surfaces())
    for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp",
                             "application/json; charset=utf-16", "application/json;charset=ISO-8859-1",
                             "application/json; Charset=\"utf-16le\"",
                             "application/json; charset=", "application/json;x=1;charset=windows-1252"}) {
      const auto error = surface.parse(request(surface.body(R"("x":1)"), type));
      ASSERT_TRUE(error) << surface.name << type;
      EXPECT_EQ(error->code, ErrorCode::unsupported_media_type) << surface.name << type;
      EXPECT_EQ(error->field, "Content-Type");
    }
}

TEST(JsonBody, X9_what_readers_take_differently_is_refused_and_named_on_every_route) {
  const std::pair<const char*, const char*> rows[] = {
      {R"("x":1,"x":2)", "x"},  {R"("x":{"y":[{"z":1,"z":2}]})", "x.y[0].z"},
      {R"("x":1e999)", "x"},    {R"("x":[0,-1e400])", "x[1]"},
      {R"("x":"\ud83d")", "x"}, {R"("x":{"\ude00\ud83d":1})", "x"},
      {R"("x":tru)", "body"},   {"\"x\":\"\xC3\x28\"", "body"},
  };
  for (const Surface& surface : surfaces())
    for (const auto& [extra, field] : rows) {
      const auto error = surface.parse(request(surface.body(extra)));
      ASSERT_TRUE(error) << surface.name << extra;
      EXPECT_EQ(error->code, ErrorCode::invalid_request) << surface.name << extra;
      EXPECT_EQ(error->field, field) << surface.name << extra;
    }
}

TEST(JsonBody, X9_a_field_that_stands_twice_is_refused_whichever_it_is) {
  for (const Surface& surface : surfaces()) {
    const std::string first =
        std::string(surface.others).substr(1, std::string_view(surface.others).find(':') - 2);
    const auto error = surface.parse(request(surface.body("\"" + first + "\":null")));
    ASSERT_TRUE(error) << surface.name;
    EXPECT_EQ(error->field, first) << surface.name;
  }
}

TEST(JsonBody, A1_a_message_in_which_there_is_nothing_to_read_is_refused_and_named) {
  for (const Surface& surface : surfaces()) {
    if (!surface.message) continue;
    for (const char* raw : {R"("")", R"(" \n\t ")", R"("\u0000")", R"("\u0000 \u0000")", R"("\u200b\u200f")",
                            R"("\u2060\ufeff\u00ad")", R"("\u0007\u001b\u007f\u009b")", R"("\ufe0f")",
                            R"("\udb40\udc41\udb40\udc7f")", R"("\u3000\u2028")"}) {
      const auto error = surface.parse(request(surface.body_that_says(raw)));
      ASSERT_TRUE(error) << surface.name << raw;
      EXPECT_EQ(error->code, ErrorCode::invalid_request);
      EXPECT_EQ(error->field, surface.message) << surface.name << raw;
      EXPECT_THAT(error->detail, HasSubstr("must not be empty"));
    }
    for (const char* raw : {R"("?")", R"("\u200b.")", R"("\u2764\ufe0f")", R"("A10: \u0007 goes")"})
      EXPECT_FALSE(surface.parse(request(surface.body_that_says(raw)))) << surface.name << raw;
  }
}

TEST(JsonBody, X9_a_NUL_in_a_message_is_refused_and_named) {
  for (const Surface& surface : surfaces()) {
    if (!surface.message) continue;
    const auto error = surface.parse(request(surface.body_that_says(R"("a\u0000b")")));
    ASSERT_TRUE(error) << surface.name;
    EXPECT_EQ(error->code, ErrorCode::invalid_request);
    EXPECT_EQ(error->field, surface.message) << surface.name;
    EXPECT_THAT(error->detail, HasSubstr("NUL"));
  }
}

TEST(JsonBody, X9_a_name_with_a_NUL_in_it_is_refused_and_named) {
  const std::tuple<const char*, const char*> rows[] = {
      {"assistant.request", "track_id"}, {"assistant.request", "conversation_id"},
      {"chat.start", "chatId"},          {"chat.start", "sessionId"},
      {"chat.start", "projectId"},       {"chat.start", "taskId"},
      {"persona.start", "persona"},      {"persona.coach", "persona"},
      {"persona.coach", "user_id"},      {"persona.stream", "breathing"},
  };
  for (const auto& [name, field] : rows)
    for (const Surface& surface : surfaces()) {
      if (surface.name != std::string_view(name)) continue;
      const auto error = surface.parse(request(surface.body(std::string("\"") + field + R"(":"a\u0000b")")));
      ASSERT_TRUE(error) << name << field;
      EXPECT_EQ(error->code, ErrorCode::invalid_request) << name << field;
      EXPECT_EQ(error->field, field) << name;
    }
  const auto model = chat::parse_start(request(R"({"prompt":"x","modelId":"a\u0000b"})"), {});
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().field, "modelId");
  const auto user = persona::parse_start(request(R"({"user_id":"a\u0000b"})"));
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().field, "user_id");
}

// The messages that the model gets, one below the other.
std::string prompt_of(const services::StartRun& start) {
  const prompts::Config config;
  const Model model;
  const prompts::Persona persona;
  const auto built = start.recipe->build({config, model, persona, {}, {}});
  std::string text;
  for (const Message& message : built.value().messages) text += text_of(message) + "\n";
  return text;
}

TEST(JsonBody, A7_the_numbers_of_a_context_are_as_they_were_sent) {
  const auto ask = assistant::parse_ask(
      request(
          R"({"prompt":"x","mode":"edit","context":{ "price": 1.10, "id":12345678901234567890,"e" :[1E2, -0 , 0.1000]}})"),
      {});
  ASSERT_TRUE(ask);
  EXPECT_THAT(prompt_of(*ask), HasSubstr(R"({"price":1.10,"id":12345678901234567890,"e":[1E2,-0,0.1000]})"));
}

TEST(JsonBody, A7_the_text_of_a_context_is_characters_and_not_escapes) {
  const auto ask = assistant::parse_ask(
      request(R"({"prompt":"x","mode":"edit","context":{"\u0442":"\u041f\u0440\u0438 \ud83d\ude00"}})"), {});
  ASSERT_TRUE(ask);
  EXPECT_THAT(prompt_of(*ask), HasSubstr(R"({"т":"При 😀"})"));
}

TEST(JsonBody, P5_a_measurement_out_of_its_range_is_refused_and_named) {
  const auto coach = [](const char* field, const char* value) {
    std::string body = R"({"phase":"main",)";
    if (std::string_view(field) != "intensity") body += R"("intensity":0.5,)";
    return persona::parse_coach(request(body + "\"" + field + "\":" + value + "}"));
  };
  for (const char* field : {"intensity", "volume", "tempo", "silence"}) {
    for (const char* value :
         {"-0", "-0.0", "-1e-999", "-0.001", "1000", "1e308", "1e999", "\"1\"", "true", "[]"}) {
      const auto refused = coach(field, value);
      ASSERT_FALSE(refused) << field << value;
      EXPECT_EQ(refused.error().field, field) << value;
    }
    for (const char* value : {"0", "1", "0.5", "1e-999", "10E-1"})
      EXPECT_TRUE(coach(field, value)) << field << value;
  }
}

}  // namespace
}  // namespace belay::surfaces
