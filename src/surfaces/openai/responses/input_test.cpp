// Inputs that go on with an earlier response, and the prompts that they give.
#include <gtest/gtest.h>

#include "surfaces/openai/responses/given_items.hpp"
#include "surfaces/openai/responses/names.hpp"
#include "surfaces/openai/responses/request.hpp"

namespace belay::surfaces::openai::responses {
namespace {

const RunId kFirst = *RunId::parse("20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427");

CreateRequest parsed(transport::Request& request, const std::string& body) {
  request.method = "POST";
  request.headers = {{"content-type", "application/json"}};
  request.body = body;
  return std::move(parse_create(request, {})).value();
}

prompts::BuiltPrompt prompt_of(const CreateRequest& create) {
  Model model;
  model.alias = "small";
  model.window = {100'000};
  model.max_output = {1'000};
  const prompts::Config config;
  const prompts::Persona persona;
  return create.start.recipe->build({config, model, persona, {}, {}, false, false}).value();
}

std::string shown(const prompts::BuiltPrompt& prompt) {
  std::string shown = "system " + prompt.system + "\n";
  for (const Message& message : prompt.messages) {
    shown += message.role == Role::user ? "user" : message.role == Role::tool ? "tool" : "assistant";
    for (const Part& part : message.parts) {
      if (const Text* text = std::get_if<Text>(&part)) shown += " " + text->text;
      if (const ToolCall* call = std::get_if<ToolCall>(&part)) shown += " " + call->id + call->name;
      if (const ToolResult* result = std::get_if<ToolResult>(&part))
        shown += " " + result->call_id + "=" + result->text;
    }
    shown += "\n";
  }
  return shown;
}

// The prompt of a request, and of the next one behind its answer "ok".
struct TwoPrompts {
  std::string first, second;
};
TwoPrompts prompts_of(const std::string& body, const std::string& next_members) {
  transport::Request request, next_request;
  CreateRequest create = parsed(request, body);
  EXPECT_TRUE(add_prompt(create, {}, {}));
  const prompts::BuiltPrompt built = prompt_of(create);
  StoredTurns turns;
  StoredTurn& turn = turns[kFirst];
  turn.request.id = kFirst;
  turn.request.surface = "openai";
  turn.request.system = built.system;
  turn.request.messages = built.messages;
  turn.request.surface_data = create.start.surface_data;
  turn.items = {{0, PartKind::text, "ok"}};
  CreateRequest next =
      parsed(next_request, "{" + next_members + R"(,"previous_response_id":")" + response_id(kFirst) + "\"}");
  EXPECT_TRUE(add_prompt(next, {}, turns));
  return {shown(built), shown(prompt_of(next))};
}

TEST(ResponseInput, K20_instructions_do_not_come_back_although_they_were_all_that_the_model_was_given) {
  const std::string developer = R"([{"role":"developer","content":"DEV"}])";
  const TwoPrompts both =
      prompts_of(R"({"instructions":"INS","input":)" + developer + "}", R"("input":"next")");
  EXPECT_EQ(both.first, "system \nuser INS\n\nDEV\n");
  EXPECT_EQ(both.second,
            "system DEV\nuser (The conversation begins with your message.)\nassistant ok\nuser next\n");
  EXPECT_EQ(prompts_of(R"({"instructions":"INS","input":" "})", R"("input":"next")").second,
            "system \nuser (The conversation begins with your message.)\nassistant ok\nuser next\n");
  EXPECT_EQ(
      prompts_of(R"({"input":)" + developer + "}", R"("input":"next","instructions":"NEW")").second,
      "system NEW\n\nDEV\nuser (The conversation begins with your message.)\nassistant ok\nuser next\n");
  EXPECT_EQ(prompts_of(R"({"instructions":"Hi","input":"Hi"})", R"("input":"next")").second,
            "system \nuser Hi\nassistant ok\nuser next\n")
      << "the user has said the same";
}

TEST(ResponseInput, K25_outputs_may_come_behind_a_message_of_the_assistant) {
  transport::Request request;
  CreateRequest create = parsed(request, R"({"input":[{"role":"user","content":"Hi"},
      {"type":"function_call","call_id":"a","name":"f","arguments":"{}"},
      {"type":"function_call","call_id":"b","name":"g","arguments":"{}"},
      {"type":"function_call_output","call_id":"a","output":"A"},
      {"role":"assistant","content":"One moment."},
      {"type":"function_call","call_id":"a","name":"f","arguments":"{}"},
      {"type":"function_call_output","call_id":"b","output":"B"},
      {"type":"function_call_output","call_id":"a","output":"AA"},
      {"role":"user","content":"Go on"}]})");
  ASSERT_TRUE(add_prompt(create, {}, {}));
  EXPECT_EQ(shown(prompt_of(create)),
            "system \nuser Hi\nassistant call00001f call00002g\ntool call00001=A call00002=B\n"
            "assistant One moment. call00003f\ntool call00003=AA\nassistant Done.\nuser Go on\n");
}

TEST(ResponseInput, K25_a_prompt_ends_with_the_outputs_whatever_was_said_between_them) {
  transport::Request request;
  CreateRequest create = parsed(request, R"({"input":[{"role":"user","content":"Hi"},
      {"type":"function_call","call_id":"a","name":"f","arguments":"{}"},
      {"type":"function_call","call_id":"b","name":"g","arguments":"{}"},
      {"type":"function_call_output","call_id":"a","output":"A"},
      {"role":"assistant","content":"One moment."},
      {"type":"function_call_output","call_id":"b","output":"B"}]})");
  ASSERT_TRUE(add_prompt(create, {}, {}));
  EXPECT_EQ(shown(prompt_of(create)),
            "system \nuser Hi\nassistant One moment. call00001f call00002g\n"
            "tool call00001=A call00002=B\n");
}

TEST(ResponseInput, K20_without_the_items_the_list_has_what_the_model_was_given) {
  RunRequest request;
  request.id = kFirst;
  request.surface = "openai";
  request.messages = {Message(Role::user, "Hi")};
  const auto items = items_of(request);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].id, "msg_" + kFirst.text() + "_in0");
  EXPECT_EQ(
      items[0].members,
      R"("type":"message","status":"completed","role":"user","content":[{"type":"input_text","text":"Hi"}])");
  request.surface = "chat";
  EXPECT_TRUE(items_of(request).empty());
}

}  // namespace
}  // namespace belay::surfaces::openai::responses
