#include "core/types/payloads.hpp"

#include <bit>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "core/types/codec.hpp"

namespace belay {
namespace {

RunRequest full_request() {
  SeededRandom random(3);
  const ManualClock clock;
  RunRequest request;
  request.id = RunId::make(clock, random);
  request.user = "ada";
  request.tier = "pro";
  request.surface = "assistant";
  request.mode = "edit";
  request.conversation = "c-1";
  request.prompt = "Grüße \xF0\x9F\x98\x80";
  request.model = "grok-3";
  request.system = std::string("with\0zero", 9);
  request.messages = {{Role::user, "u"}, {Role::assistant, ""}, {Role::user, "last"}};
  request.tools = {{"play", "Plays.", R"({"type":"object"})", true}, {"", "", ""}};
  request.idempotency_key = "key";
  request.body_digest = "digest";
  request.reserved = {"a/b", "", "c"};
  request.may_restart = false;
  request.created = {1'795'000'000'123};
  return request;
}

Terminal full_terminal() {
  Terminal terminal;
  terminal.finish = FinishReason::length;
  terminal.actions = {{"id1", "play", "{}"}, {"id2", "stop", "{\"now\":true}"}};
  terminal.appendix = {{"code", "cpp", "int x;\n"}, {"code", "", ""}};
  terminal.code = ErrorCode::provider_timeout;
  terminal.message = "The provider was silent.";
  terminal.usage = {{10}, {20}, {3}, {4}, true};
  terminal.text_from = 57;
  terminal.text_bytes = 123'456;
  return terminal;
}

TEST(Payloads, G6_what_a_request_wants_of_the_model_comes_back_a_temperature_of_zero_too) {
  RunRequest request = full_request();
  EXPECT_EQ(decode_request(encode(request))->sampling.max_output.value, 0u);
  EXPECT_EQ(decode_request(encode(request))->sampling.temperature, std::nullopt);
  request.sampling.max_output = {4'096};
  for (const double temperature : {0.0, 0.7, 2.0}) {
    request.sampling.temperature = temperature;
    const auto read = decode_request(encode(request));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->sampling.max_output.value, 4'096u);
    EXPECT_EQ(read->sampling.temperature, temperature);
  }
}

TEST(Payloads, K8_all_that_a_request_wants_of_the_model_comes_back) {
  RunRequest request = full_request();
  EXPECT_EQ(decode_request(encode(request))->sampling, Sampling());
  Sampling& sampling = request.sampling;
  sampling.temperature = 0.25;
  sampling.top_p = 0.0;
  sampling.presence_penalty = -2;
  sampling.frequency_penalty = 1.5;
  sampling.max_output = {77};
  sampling.stop = {"END", "\n\n"};
  sampling.seed = -5;
  sampling.tool_choice = ToolChoice{ToolChoice::Mode::named, "play"};
  sampling.response_format =
      ResponseFormat{ResponseFormat::Kind::json_schema, "answer", "What.", R"({"type":"object"})", true};
  sampling.effort = "low";
  sampling.parallel_tool_calls = false;
  EXPECT_EQ(decode_request(encode(request))->sampling, sampling);
  sampling.tool_choice = ToolChoice{};
  sampling.response_format = ResponseFormat{};
  sampling.seed = 0;
  sampling.parallel_tool_calls = true;
  EXPECT_EQ(decode_request(encode(request))->sampling, sampling);
}

TEST(Payloads, G6_a_request_of_an_older_server_is_read_as_before) {
  std::string bytes = encode(full_request()), temperature;
  FieldWriter(temperature).number(1, std::bit_cast<std::uint64_t>(0.5));
  FieldWriter(bytes).number(27, 4'096).item(28, temperature);
  const auto read = decode_request(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->sampling.max_output.value, 4'096u);
  EXPECT_EQ(read->sampling.temperature, 0.5);
  EXPECT_EQ(read->unwatched, Unwatched());
  RunRequest same = full_request();
  same.sampling.max_output = {4'096};
  same.sampling.temperature = 0.5;
  EXPECT_EQ(encode(*read), encode(same));
}

TEST(Payloads, X5_what_becomes_of_a_run_without_readers_comes_back) {
  RunRequest request = full_request();
  const std::size_t before = encode(request).size();
  for (const Unwatched unwatched : {Unwatched::never(), Unwatched::cancel_after(Milliseconds(0)),
                                    Unwatched::cancel_after(Milliseconds(10'000))}) {
    request.unwatched = unwatched;
    EXPECT_EQ(decode_request(encode(request))->unwatched, unwatched);
  }
  request.unwatched = {};
  EXPECT_EQ(encode(request).size(), before) << "what is configured takes no byte";
}

TEST(Payloads, K30_the_stop_sequence_of_an_end_comes_back) {
  Terminal terminal = full_terminal();
  EXPECT_EQ(decode_terminal(encode(terminal))->stop_sequence, "");
  terminal.stop_sequence = "END";
  EXPECT_EQ(decode_terminal(encode(terminal))->stop_sequence, "END");
}

TEST(Payloads, G2_how_an_answer_appears_in_a_channel_comes_back) {
  RunRequest request = full_request();
  request.channel.emplace().shows_at_once = true;
  EXPECT_TRUE(decode_request(encode(request))->channel->shows_at_once);
  ChannelMessage message;
  message.kind = ChannelMessage::Kind::response;
  message.tokens = 123;
  EXPECT_EQ(decode_channel_message(encode(message))->tokens, 123u);
}

TEST(Payloads, X2_a_request_comes_back_with_all_that_is_needed_to_take_it_up_again) {
  const RunRequest request = full_request();
  const auto read = decode_request(encode(request));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, request.id);
  EXPECT_EQ(read->user, request.user);
  EXPECT_EQ(read->tier, request.tier);
  EXPECT_EQ(read->surface, request.surface);
  EXPECT_EQ(read->mode, request.mode);
  EXPECT_EQ(read->conversation, request.conversation);
  EXPECT_EQ(read->prompt, request.prompt);
  EXPECT_EQ(read->model, request.model);
  EXPECT_EQ(read->system, request.system);
  ASSERT_EQ(read->messages.size(), 3u);
  EXPECT_EQ(read->messages[1].role, Role::assistant);
  EXPECT_EQ(text_of(read->messages[2]), "last");
  ASSERT_EQ(read->tools.size(), 2u);
  EXPECT_EQ(read->tools[0].schema, R"({"type":"object"})");
  EXPECT_TRUE(read->tools[0].strict);
  EXPECT_FALSE(read->tools[1].strict);
  EXPECT_EQ(read->idempotency_key, "key");
  EXPECT_EQ(read->body_digest, "digest");
  EXPECT_EQ(read->reserved, request.reserved);
  EXPECT_FALSE(read->may_restart);
  EXPECT_EQ(read->created, request.created);
}

TEST(Payloads, the_end_of_a_run_comes_back_with_everything) {
  const Terminal terminal = full_terminal();
  const auto read = decode_terminal(encode(terminal));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->finish, terminal.finish);
  ASSERT_EQ(read->actions.size(), 2u);
  EXPECT_EQ(read->actions[1].id, "id2");
  EXPECT_EQ(read->actions[1].arguments, "{\"now\":true}");
  ASSERT_EQ(read->appendix.size(), 2u);
  EXPECT_EQ(read->appendix[0].language, "cpp");
  EXPECT_EQ(read->appendix[0].content, "int x;\n");
  EXPECT_EQ(read->code, terminal.code);
  EXPECT_EQ(read->message, terminal.message);
  EXPECT_EQ(read->usage.input.value, 10u);
  EXPECT_EQ(read->usage.reasoning.value, 4u);
  EXPECT_TRUE(read->usage.estimated);
  EXPECT_EQ(read->text_from, 57u);
  EXPECT_EQ(read->text_bytes, 123'456u);
}

TEST(Payloads, what_is_empty_comes_back_as_the_default) {
  const auto terminal = decode_terminal(encode(Terminal{}));
  ASSERT_TRUE(terminal);
  EXPECT_EQ(terminal->finish, FinishReason::stop);
  EXPECT_EQ(terminal->text_from, 1u);
  RunRequest request = full_request();
  request.may_restart = true;
  EXPECT_TRUE(decode_request(encode(request))->may_restart);
}

TEST(Payloads, the_small_ones_come_back) {
  EXPECT_EQ(decode_stage(encode(Stage{"answer", {}}))->name, "answer");
  EXPECT_EQ(decode_stage(encode(Stage{"", "resp_1"}))->resume_token, "resp_1");
  EXPECT_EQ(decode_restarted(encode(Restarted{"why"}))->reason, "why");
  const auto call = decode_tool_call(encode(ToolCallEvent{{"1", "play", "{}"}, "not offered", 0, 3}));
  ASSERT_TRUE(call);
  EXPECT_EQ(call->call.name, "play");
  EXPECT_EQ(call->problem, "not offered");
  EXPECT_EQ(call->index, 0u);
  EXPECT_EQ(call->place, 3u);
  const auto usage = decode_usage(encode(Usage{{1}, {UINT64_MAX}, {0}, {2}, false, {77}}));
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->output.value, UINT64_MAX);
  EXPECT_FALSE(usage->estimated);
  EXPECT_EQ(usage->cost.value, 77u);
}

TEST(Payloads, K25_parts_and_pieces_of_calls_are_these_bytes_and_come_back) {
  using namespace std::string_view_literals;
  EXPECT_EQ(encode(PartEvent{PartKind::reasoning, 0, {}, {}}), "\x01\x01\x02"sv);
  EXPECT_EQ(encode(PartEvent{PartKind::tool_call, 2, "c1", "play"}),
            "\x01\x01\x03\x02\x01\x02\x03\x02"
            "c1\x04\x04play"sv);
  EXPECT_EQ(encode(ToolDelta{0, "{\"a\""}), "\x02\x04{\"a\""sv);
  const auto part = decode_part(encode(PartEvent{PartKind::tool_call, 2, "c1", "play"}));
  ASSERT_TRUE(part);
  EXPECT_EQ(part->kind, PartKind::tool_call);
  EXPECT_EQ(part->index, 2u);
  EXPECT_EQ(part->id, "c1");
  EXPECT_EQ(part->name, "play");
  const auto delta = decode_tool_delta(encode(ToolDelta{7, ":1}", 9}));
  ASSERT_TRUE(delta);
  EXPECT_EQ(delta->index, 7u);
  EXPECT_EQ(delta->json, ":1}");
  EXPECT_EQ(delta->place, 9u);
  for (const std::string_view broken : {"\x01\x01\x00"sv, "\x01\x01\x04"sv})
    EXPECT_FALSE(decode_part(broken));
}

TEST(Payloads, K73_which_calls_are_whole_and_which_never_will_be_comes_back) {
  using namespace std::string_view_literals;
  EXPECT_EQ(encode(ToolCallEvent{{"1", "play", "{}"}, {}, 300}),
            encode(ToolCallEvent{{"1", "play", "{}"}, {}, 0}) + "\x03\x02\xAC\x02");
  EXPECT_EQ(decode_tool_call(encode(ToolCallEvent{{"1", "play", "{}"}, {}, 300}))->index, 300u);
  const std::vector<std::uint32_t> open = {0, 2, 999};
  EXPECT_EQ(encode(Restarted{"", {}, open}), "\x03\x00\x03\x03\x01\x01\x02\x03\x04\x01\x02\xE7\x07"sv);
  EXPECT_EQ(decode_restarted(encode(Restarted{"why", {}, open}))->open_calls, open);
  Terminal terminal;
  terminal.open_calls = open;
  EXPECT_EQ(decode_terminal(encode(terminal))->open_calls, open);
}

TEST(Payloads, K25_whether_a_log_has_parts_comes_back) {
  RunRequest request = full_request();
  EXPECT_EQ(decode_request(encode(request))->surface_data, "");
  request.surface_data = "a surface's own";
  EXPECT_EQ(decode_request(encode(request))->surface_data, "a surface's own");
  EXPECT_FALSE(decode_request(encode(request))->streams_parts);
  request.streams_parts = true;
  EXPECT_TRUE(decode_request(encode(request))->streams_parts);
}

TEST(Payloads, fields_of_a_newer_server_are_passed_over) {
  const auto with_more = [](std::string bytes) {
    FieldWriter(bytes).text(99, "something new").number(1'000'000, 7);
    return bytes;
  };
  EXPECT_EQ(decode_request(with_more(encode(full_request())))->user, "ada");
  EXPECT_EQ(decode_terminal(with_more(encode(full_terminal())))->text_from, 57u);
  EXPECT_EQ(decode_stage(with_more(encode(Stage{"answer"})))->name, "answer");
  EXPECT_EQ(decode_usage(with_more(encode(Usage{{5}, {}, {}, {}, false, {}})))->input.value, 5u);
}

TEST(Payloads, an_end_with_a_code_of_a_newer_server_is_an_internal_one) {
  std::string bytes;
  FieldWriter(bytes).text(4, "brand_new_code");
  EXPECT_EQ(decode_terminal(bytes)->code, ErrorCode::internal);
}

TEST(Payloads, a_role_or_reason_that_does_not_exist_is_broken) {
  for (const std::uint64_t number : {0u, 3u, 257u}) {
    std::string role, message, request;
    append_varint(number, role);
    FieldWriter(message).item(1, role).text(2, "hello");
    FieldWriter(request).item(10, message);
    EXPECT_FALSE(decode_request(request)) << number;
  }
  for (const std::uint64_t number : {0u, 5u, 257u}) {
    std::string reason, terminal;
    append_varint(number, reason);
    FieldWriter(terminal).item(1, reason);
    EXPECT_FALSE(decode_terminal(terminal)) << number;
  }
}

TEST(Payloads, broken_bytes_are_refused_or_read_but_never_harm) {
  const std::vector<std::string> all = {encode(full_request()),
                                        encode(full_terminal()),
                                        encode(PartEvent{PartKind::tool_call, 1, "i", "n"}),
                                        encode(ToolDelta{1, "{}"}),
                                        encode(Stage{"answer"}),
                                        encode(ToolCallEvent{{"1", "n", "{}"}, "p"}),
                                        encode(Usage{{1}, {2}, {3}, {4}, true, {5}})};
  const auto decode_each = [](std::string_view bytes) {
    (void)decode_request(bytes);
    (void)decode_terminal(bytes);
    (void)decode_stage(bytes);
    (void)decode_tool_call(bytes);
    (void)decode_part(bytes);
    (void)decode_tool_delta(bytes);
    (void)decode_usage(bytes);
    (void)decode_restarted(bytes);
  };
  SeededRandom random(11);
  for (const std::string& bytes : all) {
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) decode_each(std::string_view(bytes).substr(0, cut));
    for (int round = 0; round < 300; ++round) {
      std::string changed = bytes;
      changed[random.below(changed.size())] = static_cast<char>(random.next());
      decode_each(changed);
    }
  }
  // Truncation inside a field is detected.
  const std::string request = encode(full_request());
  const auto cut = decode_request(std::string_view(request).substr(0, request.size() - 1));
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, ErrorCode::internal);
  EXPECT_EQ(cut.error().detail.find("ada"), std::string::npos);
}

}  // namespace
}  // namespace belay
