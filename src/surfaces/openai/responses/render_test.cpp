// Responses and their events, read from logs.
#include "surfaces/openai/responses/render.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/log/message_number.hpp"
#include "core/log/testing/log_fixture.hpp"
#include "core/types/payloads.hpp"
#include "surfaces/openai/responses/names.hpp"
#include "surfaces/openai/responses/request_facts.hpp"
#include "surfaces/openai/responses/stored_turn.hpp"

namespace belay::surfaces::openai::responses {
namespace {

using belay::testing::LogFixture;
using belay::testing::TestLog;
using belay::testing::TestReader;
namespace json = boost::json;

const RunId kRun = *RunId::parse("20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427");
const std::string kName = "20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427";

struct EventOfStream {
  std::string name;
  std::string id;  // empty: none
  std::string data;
  json::object object;
};

std::vector<EventOfStream> split(const std::string& bytes) {
  std::vector<EventOfStream> events;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = bytes.find("\n\n", at);
    EXPECT_NE(end, bytes.npos) << bytes.substr(at);
    if (end == bytes.npos) break;
    EventOfStream& event = events.emplace_back();
    for (std::size_t line = at; line < end;) {
      const std::size_t next = std::min(bytes.find('\n', line), end);
      const std::string text = bytes.substr(line, next - line);
      if (text.starts_with("event: ")) event.name = text.substr(7);
      if (text.starts_with("id: ")) event.id = text.substr(4);
      if (text.starts_with("data: ")) event.data = text.substr(6);
      line = next + 1;
    }
    event.object = json::parse(event.data).as_object();
    at = end + 2;
  }
  return events;
}

struct ResponseEvents : ::testing::Test {
  LogFixture fixture{ByteCount{1}};
  std::unique_ptr<TestLog> log = fixture.new_log(LogHead{kRun, "ann", "openai", 0, "small", kRun.time});
  RequestFacts facts;

  void start() {
    RunRequest request;
    request.id = kRun;
    request.surface = "openai";
    request.surface_data = encode(facts);
    log->append(EventType::started, encode(request));
  }
  void part(PartKind kind, std::uint32_t index = 0, std::string id = {}, std::string name = {}) {
    log->append(EventType::part, encode(PartEvent{kind, index, std::move(id), std::move(name)}));
  }
  void end(EventType type = EventType::completed, Terminal terminal = {}) {
    log->append(type, encode(terminal));
    fixture.turns();
  }
  // The bytes behind a place, at most `step` at a time.
  std::string read(const Format& as, std::size_t step = SIZE_MAX, Offset after = 0, std::size_t skip = 0) {
    TestReader reader(std::make_unique<Subscription>(log->shared(), as, after, fixture.hub, skip));
    for (int idle = 0; idle < 100 && reader.state != ByteSource::State::ended; ++idle) {
      while (reader.read_some(step)) {
      }
      fixture.turns();
    }
    EXPECT_EQ(reader.state, ByteSource::State::ended);
    return reader.got;
  }
  json::value whole() {
    auto split = split_whole(read(whole_format())).value();
    return json::parse(split.object);
  }
};

TEST_F(ResponseEvents, K21_a_text_in_literal_bytes) {
  start();
  log->delta("Hi \"you\"\n");
  log->delta("世");
  Terminal terminal;
  terminal.usage = {{12}, {3}, {4}, {1}, false, {}};
  end(EventType::completed, terminal);
  const std::string request =
      R"("background":false,"store":true,"previous_response_id":null,"instructions":null,"metadata":{},)"
      R"("max_output_tokens":null,"temperature":null,"top_p":null,"parallel_tool_calls":true,"tool_choice":"auto",)"
      R"("tools":[],"text":{"format":{"type":"text"}},"reasoning":{"effort":null,"summary":null},"truncation":"disabled",)";
  const std::string head = R"({"id":"resp_)" + kName +
                           R"(","object":"response","created_at":1795267085,"model":"small",)" + request;
  const std::string begun = head +
                            R"("output":[],"status":"in_progress","error":null,"incomplete_details":null,)"
                            R"("usage":null})";
  const std::string about = R"("output_index":0,"item_id":"msg_)" + kName + R"(_0","content_index":0)";
  const std::string text = R"(Hi \"you\"\n世)";
  const std::string part_of = R"({"type":"output_text","annotations":[],"logprobs":[],"text":")";
  const std::string item =
      R"({"id":"msg_)" + kName + R"(_0","type":"message","role":"assistant","content":[)";
  const std::string done = item + part_of + text + R"("}],"status":"completed"})";
  int number = 0;
  const auto event = [&](const std::string& type, const std::string& members, const std::string& id = {}) {
    return "event: " + type + "\ndata: {\"type\":\"" + type +
           "\",\"sequence_number\":" + std::to_string(number++) + "," + members + "}\n" +
           (id.empty() ? "" : "id: " + id + "\n") + "\n";
  };
  std::string expected = event("response.created", "\"response\":" + begun);
  expected += event("response.in_progress", "\"response\":" + begun, "1-1");
  expected += event("response.output_item.added",
                    "\"output_index\":0,\"item\":" + item + R"(],"status":"in_progress"})");
  expected += event("response.content_part.added", about + ",\"part\":" + part_of + "\"}");
  expected += event("response.output_text.delta", about + R"(,"delta":"Hi \"you\"\n","logprobs":[])", "1-2");
  expected += event("response.output_text.delta", about + R"(,"delta":"世","logprobs":[])", "1-3");
  expected += event("response.output_text.done", about + ",\"text\":\"" + text + "\",\"logprobs\":[]");
  expected += event("response.content_part.done", about + ",\"part\":" + part_of + text + "\"}");
  expected += event("response.output_item.done", "\"output_index\":0,\"item\":" + done);
  const std::string object =
      head + "\"output\":[" + done +
      R"(],"status":"completed","error":null,"incomplete_details":null,"usage":{"input_tokens":12,)"
      R"("input_tokens_details":{"cached_tokens":4},"output_tokens":3,)"
      R"("output_tokens_details":{"reasoning_tokens":1},"total_tokens":15}})";
  expected += ":      \n" + event("response.completed", "\"response\":" + object, "1-4");
  EXPECT_EQ(read(format()), expected);
  for (const std::size_t step : {std::size_t(1), std::size_t(7)}) EXPECT_EQ(read(format(), step), expected);
  EXPECT_EQ(read(whole_format()), object);
  fixture.spill(log->log(), 0);
  EXPECT_EQ(read(format()), expected) << "from the store";
}

TEST_F(ResponseEvents, K20_an_object_shows_what_was_asked) {
  facts.background = true;
  facts.previous_response = "resp_x";
  facts.instructions = "Be \"brief\".";
  facts.metadata = R"({"a":"b"})";
  facts.system = "not shown";
  RunRequest request;
  request.surface_data = encode(facts);
  request.tools = {{"cut", "Cuts.", R"({"type":"object"})", true}, {"paste", "", ""}};
  request.sampling.max_output = {77};
  request.sampling.temperature = 0.5;
  request.sampling.top_p = 1;
  request.sampling.parallel_tool_calls = false;
  request.sampling.tool_choice = ToolChoice{ToolChoice::Mode::named, "cut"};
  request.sampling.effort = "low";
  request.sampling.response_format = ResponseFormat{ResponseFormat::Kind::json_schema, "p", "d", "{}", true};
  log->append(EventType::started, encode(request));
  end();
  const json::value asked = json::parse(
      R"({"background":true,"store":true,"previous_response_id":"resp_x","instructions":"Be \"brief\".",)"
      R"("metadata":{"a":"b"},"max_output_tokens":77,"temperature":0.5,"top_p":1,"parallel_tool_calls":false,)"
      R"("tool_choice":{"type":"function","name":"cut"},"tools":[{"type":"function","name":"cut",)"
      R"("description":"Cuts.","parameters":{"type":"object"},"strict":true},{"type":"function","name":"paste",)"
      R"("description":null,"parameters":{},"strict":false}],"text":{"format":{"type":"json_schema","name":"p",)"
      R"("description":"d","schema":{},"strict":true}},"reasoning":{"effort":"low","summary":null},)"
      R"("truncation":"disabled"})");
  const auto events = split(read(format()));
  EXPECT_EQ(events[0].object.at("response").at("status").as_string(), "queued");
  EXPECT_EQ(events[1].object.at("response").at("status").as_string(), "in_progress");
  for (const json::value& object :
       {events[0].object.at("response"), events.back().object.at("response"), whole()})
    for (const auto& member : asked.as_object())
      EXPECT_EQ(object.at(member.key()), member.value()) << member.key();
}

TEST_F(ResponseEvents, K25_parts_are_items_in_their_order_and_calls_may_come_in_turns) {
  start();
  part(PartKind::reasoning);
  log->append(EventType::reasoning_delta, "Hm.");
  part(PartKind::text);
  log->delta("Wait.");
  part(PartKind::tool_call, 0, "c1", "cut");
  log->append(EventType::tool_delta, encode(ToolDelta{0, "{\"a\":", 2}));
  part(PartKind::tool_call, 1, "c2", "paste");
  log->append(EventType::tool_delta, encode(ToolDelta{1, "{}", 3}));
  log->append(EventType::tool_delta, encode(ToolDelta{0, "1}", 2}));
  part(PartKind::text);
  log->delta("More.");
  log->append(EventType::tool_call, encode(ToolCallEvent{{"c1", "cut", "{\"a\":1}"}, {}, 0, 2}));
  log->delta(" And more.");
  log->append(EventType::tool_call, encode(ToolCallEvent{{"c2", "paste", "{}"}, {}, 1, 3}));
  Terminal terminal;
  terminal.finish = FinishReason::tool_calls;
  end(EventType::completed, terminal);
  std::string shown;
  for (const EventOfStream& event : split(read(format()))) {
    EXPECT_EQ(event.name, event.object.at("type").as_string());
    shown += event.name.substr(9);
    if (const auto* index = event.object.if_contains("output_index"))
      shown += " " + std::to_string(index->to_number<int>());
    for (const char* member : {"delta", "text", "arguments"})
      if (const auto* text = event.object.if_contains(member))
        if (text->is_string()) shown += " " + std::string(text->as_string());
    shown += "\n";
  }
  EXPECT_EQ(shown,
            "created\nin_progress\n"
            "output_item.added 0\nreasoning_summary_part.added 0\nreasoning_summary_text.delta 0 Hm.\n"
            "reasoning_summary_text.done 0 Hm.\nreasoning_summary_part.done 0\noutput_item.done 0\n"
            "output_item.added 1\ncontent_part.added 1\noutput_text.delta 1 Wait.\n"
            "output_text.done 1 Wait.\ncontent_part.done 1\noutput_item.done 1\n"
            "output_item.added 2\nfunction_call_arguments.delta 2 {\"a\":\n"
            "output_item.added 3\nfunction_call_arguments.delta 3 {}\nfunction_call_arguments.delta 2 1}\n"
            "output_item.added 4\ncontent_part.added 4\noutput_text.delta 4 More.\n"
            "function_call_arguments.done 2 {\"a\":1}\noutput_item.done 2\n"
            "output_text.delta 4  And more.\n"
            "function_call_arguments.done 3 {}\noutput_item.done 3\n"
            "output_text.done 4 More. And more.\ncontent_part.done 4\noutput_item.done 4\ncompleted\n");
  std::string ids;
  const json::value object = whole();
  for (const json::value& item : object.at("output").as_array())
    ids += std::string(item.at("id").as_string()) + "\n";
  EXPECT_EQ(ids, "rs_" + kName + "_0\nmsg_" + kName + "_1\nfc_" + kName + "_2\nfc_" + kName + "_3\nmsg_" +
                     kName + "_4\n");
}

TEST_F(ResponseEvents, K21_the_output_has_the_order_of_the_stream_in_literal_bytes) {
  start();
  log->delta("Wait.");
  part(PartKind::tool_call, 0, "c1", "cut");
  log->append(EventType::tool_delta, encode(ToolDelta{0, "{\"a\":", 1}));
  log->append(EventType::tool_delta, encode(ToolDelta{0, "1}", 1}));
  part(PartKind::text);
  log->delta("More.");
  part(PartKind::tool_call, 1, "c2", "paste");
  log->append(EventType::tool_delta, encode(ToolDelta{1, "{}", 3}));
  log->append(EventType::tool_call, encode(ToolCallEvent{{"c1", "cut", "{\"a\":1}"}, {}, 0, 1}));
  log->append(EventType::tool_call, encode(ToolCallEvent{{"c2", "paste", "{}"}, {}, 1, 3}));
  end();
  const auto message = [](int place, const std::string& text) {
    return R"({"id":"msg_)" + kName + "_" + std::to_string(place) +
           R"(","type":"message","role":"assistant","content":[{"type":"output_text","annotations":[],)"
           R"("logprobs":[],"text":")" +
           text + R"("}],"status":"completed"})";
  };
  const auto call = [](int place, const std::string& rest) {
    return R"({"id":"fc_)" + kName + "_" + std::to_string(place) +
           R"(","type":"function_call","status":"completed",)" + rest + "}";
  };
  const std::string output =
      R"("output":[)" + message(0, "Wait.") + "," +
      call(1, R"("call_id":"c1","name":"cut","arguments":"{\"a\":1}")") + "," + message(2, "More.") + "," +
      call(3, R"("call_id":"c2","name":"paste","arguments":"{}")") + R"(],"status":"completed")";
  const std::string object = read(whole_format());
  EXPECT_NE(object.find(output), object.npos) << object;
  const std::string stream = read(format());
  EXPECT_NE(stream.find(output), stream.npos);
  for (const std::size_t step : {std::size_t(1), std::size_t(7)})
    EXPECT_EQ(read(whole_format(), step), object);
  fixture.spill(log->log(), 0);
  EXPECT_EQ(read(whole_format()), object) << "from the store";
}

TEST_F(ResponseEvents, K25_a_call_that_breaks_off_is_incomplete) {
  for (const char* whole_arguments : {"{}", R"({"a":"}\\\"{"})", " [1] "}) {
    log = fixture.new_log(LogHead{kRun, "ann", "openai", 0, "small", kRun.time});
    start();
    log->append(EventType::tool_call, encode(ToolCallEvent{{"c1", "cut", whole_arguments}, {}}));
    end();
    EXPECT_EQ(whole().at("output").at(0).at("status").as_string(), "completed") << whole_arguments;
  }
  for (const char* half : {"", "{\"a\"", R"({"a":"b\"})", "{\"a\":[1}", "\"a"}) {
    log = fixture.new_log(LogHead{kRun, "ann", "openai", 0, "small", kRun.time});
    start();
    part(PartKind::tool_call, 0, "c1", "cut");
    log->append(EventType::tool_delta, encode(ToolDelta{0, half, 0}));
    log->append(EventType::tool_call, encode(ToolCallEvent{{"c1", "cut", half}, {}, 0, 0}));
    Terminal terminal;
    terminal.finish = FinishReason::length;
    end(EventType::completed, terminal);
    const auto events = split(read(format()));
    const json::value item = events.at(events.size() - 2).object.at("item");
    EXPECT_EQ(item.at("status").as_string(), "incomplete") << half;
    EXPECT_EQ(item.at("arguments").as_string(), half);
    EXPECT_EQ(whole().at("output").at(0), item);
    EXPECT_EQ(whole().at("status").as_string(), "incomplete");
  }
}

TEST_F(ResponseEvents, K24_a_call_that_is_not_whole_keeps_its_place) {
  start();
  part(PartKind::tool_call, 0, "c1", "cut");
  log->append(EventType::tool_delta, encode(ToolDelta{0, "{\"a\":\"", 0}));
  part(PartKind::text);
  log->delta("Wait.");
  part(PartKind::tool_call, 1, "c2", "paste");
  log->append(EventType::tool_delta, encode(ToolDelta{0, "b", 0}));
  log->append(EventType::tool_call, encode(ToolCallEvent{{"c2", "paste", "{}"}, {}, 1, 2}));
  part(PartKind::tool_call, 2, "c3", "fly");
  Terminal terminal;
  terminal.open_calls = {0, 2};
  end(EventType::cancelled, terminal);
  std::string items;
  const json::value object = whole();
  for (const json::value& item : object.at("output").as_array()) {
    items += std::string(item.at("id").as_string()) + " " + std::string(item.at("status").as_string());
    if (const auto* arguments = item.as_object().if_contains("arguments"))
      items += " " + std::string(item.at("name").as_string()) + std::string(arguments->as_string());
    items += "\n";
  }
  EXPECT_EQ(items, "fc_" + kName + "_0 incomplete cut{\"a\":\"b\nmsg_" + kName + "_1 completed\nfc_" + kName +
                       "_2 completed paste{}\nfc_" + kName + "_3 incomplete fly\n");
}

TEST_F(ResponseEvents, K20_an_answer_that_was_restarted_is_still_an_object) {
  start();
  part(PartKind::tool_call, 0, "c1", "cut");
  Restarted restarted;
  restarted.open_calls = {0};
  log->append(EventType::restarted, encode(restarted));
  log->delta("Wait.");
  part(PartKind::tool_call, 0, "c2", "paste");
  log->append(EventType::tool_call, encode(ToolCallEvent{{"c2", "paste", "{}"}, {}, 0, 2}));
  end();
  EXPECT_EQ(whole().at("output").as_array().size(), 2u);
}

TEST_F(ResponseEvents, K24_ends) {
  struct Case {
    EventType type;
    FinishReason finish;
    std::string event, status, item, details, code;
  };
  const Case cases[] = {
      {EventType::completed, FinishReason::stop, "response.completed", "completed", "completed", "null", ""},
      {EventType::completed, FinishReason::length, "response.incomplete", "incomplete", "incomplete",
       R"({"reason":"max_output_tokens"})", ""},
      {EventType::failed, FinishReason::content_filter, "response.incomplete", "incomplete", "incomplete",
       R"({"reason":"content_filter"})", ""},
      {EventType::cancelled, FinishReason::stop, "response.incomplete", "cancelled", "incomplete",
       R"({"reason":"cancelled"})", ""},
      {EventType::failed, FinishReason::stop, "response.failed", "failed", "incomplete", "null",
       "provider_broken"},
      {EventType::interrupted, FinishReason::stop, "response.failed", "failed", "incomplete", "null",
       "provider_broken"},
  };
  for (const Case& each : cases) {
    log = fixture.new_log(LogHead{kRun, "ann", "openai", 0, "small", kRun.time});
    start();
    log->delta("Half");
    Terminal terminal;
    terminal.finish = each.finish;
    terminal.code = ErrorCode::provider_broken;
    terminal.message = "It broke:\n\"x\".";
    end(each.type, terminal);
    const auto events = split(read(format()));
    EXPECT_EQ(events.back().name, each.event);
    const json::value response = events.back().object.at("response");
    EXPECT_EQ(response.at("status").as_string(), each.status);
    EXPECT_EQ(response.at("output").at(0).at("status").as_string(), each.item);
    EXPECT_EQ(response.at("output").at(0).at("content").at(0).at("text").as_string(), "Half");
    EXPECT_EQ(json::serialize(response.at("incomplete_details")), each.details);
    EXPECT_EQ(response.at("error").is_null(), each.code.empty());
    const auto split = split_whole(read(whole_format())).value();
    EXPECT_EQ(json::parse(split.object), response);
    EXPECT_EQ(split.failure.has_value(), !each.code.empty());
    if (each.code.empty()) continue;
    EXPECT_EQ(response.at("error").at("code").as_string(), each.code);
    EXPECT_EQ(response.at("error").at("message").as_string(), terminal.message);
    EXPECT_EQ(split.failure->code, ErrorCode::provider_broken);
    EXPECT_EQ(split.failure->detail, terminal.message);
  }
}

// Any log at all: the numbers have no gap, every event is JSON, a reader from any number gets the rest, and the object of
// the end is the one that is read by itself.
TEST_F(ResponseEvents, K23_from_every_number_the_rest_of_any_log) {
  for (int round = 0; round < 60; ++round) {
    log = fixture.new_log(LogHead{kRun, "ann", "openai", 0, "small", kRun.time});
    start();
    std::uint32_t calls = 0;
    std::vector<ToolCallEvent> open;
    const std::uint64_t steps = fixture.random.below(20);
    for (std::uint64_t step = 0; step < steps; ++step) {
      const auto place = static_cast<std::uint32_t>(log->log().counts().parts());
      switch (fixture.random.below(10)) {
        case 0:
          part(PartKind::reasoning);
          break;
        case 1:
          part(PartKind::text);
          break;
        case 2:
          open.push_back({{fmt::format("c{}", calls), "n", "{}"}, {}, calls, place});
          part(PartKind::tool_call, calls, fmt::format("c{}", calls), "n");
          ++calls;
          break;
        case 3:
          if (!open.empty())
            log->append(EventType::tool_delta, encode(ToolDelta{open.back().index, "{}", open.back().place}));
          break;
        case 4:
          if (!open.empty()) {
            log->append(EventType::tool_call, encode(open.front()));
            open.erase(open.begin());
          } else {
            log->append(EventType::tool_call,
                        encode(ToolCallEvent{{fmt::format("w{}", step), "n", "{\"a\":1}"}, {}}));
            ++calls;
          }
          break;
        case 5:
          log->append(EventType::reasoning_delta, "hm\n");
          break;
        case 6:
          log->append(EventType::stage, encode(Stage{std::string(kStageAnswer), {}, {}, {}}));
          break;
        default:
          log->delta(fmt::format("{}\"", step));
      }
    }
    Terminal terminal;
    for (const ToolCallEvent& call : open) terminal.open_calls.push_back(call.index);
    end(fixture.random.below(2) == 0 ? EventType::completed : EventType::cancelled, terminal);
    if (round % 2 == 0) fixture.spill(log->log(), 0);
    const std::string all = read(format());
    const auto events = split(all);
    ASSERT_EQ(events.back().object.at("response"), whole());
    const json::value output = whole().at("output");
    ASSERT_EQ(output.as_array().size(), log->log().counts().parts());
    for (const EventOfStream& event : events) {
      const bool is_done = event.name == "response.output_item.done";
      if (!is_done && event.name != "response.output_item.added") continue;
      const json::value item = output.at(event.object.at("output_index").to_number<std::size_t>());
      ASSERT_EQ(item.at("id"), event.object.at("item").at("id"));
      ASSERT_TRUE(!is_done || item == event.object.at("item"));
    }
    std::size_t at = 0;
    for (std::uint64_t number = 0; number <= events.size(); ++number) {
      std::optional<Result<NumberedPlace>> found;
      find_message(log->shared(), format(), number,
                   [&](Result<NumberedPlace> place) { found = std::move(place); });
      fixture.turns();
      ASSERT_TRUE(found && *found) << number;
      if (number == events.size()) break;
      ASSERT_EQ(events[number].object.at("sequence_number").to_number<std::uint64_t>(), number);
      ASSERT_EQ(read(format(), 50, (*found)->event - 1, (*found)->skip), all.substr(at)) << number;
      at = all.find("\n\n", at) + 2;
    }
  }
}

TEST_F(ResponseEvents, K22_what_there_is_at_once_has_no_output) {
  start();
  log->delta("Hi");
  fixture.turns();
  for (const auto& [progress, status] :
       {std::pair{Progress::queued, "queued"}, std::pair{Progress::in_progress, "in_progress"}}) {
    TestReader reader(
        std::make_unique<Subscription>(log->shared(), current_format(progress), 0, fixture.hub));
    reader.read();
    const json::value object = json::parse(reader.got);
    EXPECT_EQ(object.at("status").as_string(), status);
    EXPECT_TRUE(object.at("output").as_array().empty());
    EXPECT_TRUE(object.at("usage").is_null());
  }
}

TEST_F(ResponseEvents, X10_an_error_that_ends_a_stream_is_one_to_every_client) {
  std::string bytes;
  MessageWriter writer(format().framing, bytes);
  format().dialect.render_error(make_error(ErrorCode::unauthenticated, "Sign in again."), writer);
  EXPECT_EQ(bytes,
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"message\":\"Sign in again.\","
            "\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"invalid_api_key\"}}\n\n");
}

TEST_F(ResponseEvents, K20_a_stored_turn_has_the_request_and_the_items) {
  facts.system = "Be kind.";
  start();
  part(PartKind::reasoning);
  log->append(EventType::reasoning_delta, "Hm.");
  part(PartKind::text);
  log->delta("Wa");
  part(PartKind::tool_call, 0, "c1", "cut");
  log->append(EventType::tool_delta, encode(ToolDelta{0, "{}", 2}));
  log->append(EventType::tool_call, encode(ToolCallEvent{{"c1", "cut", "{}"}, {}, 0, 2}));
  part(PartKind::text);
  log->delta("it.");
  log->append(EventType::tool_call, encode(ToolCallEvent{{"c2", "paste", "[]"}, {}}));
  end();
  const StoredTurn turn = read_turn(read(turn_format())).value();
  EXPECT_EQ(decode_facts(turn.request.surface_data).system, "Be kind.");
  std::string items;
  for (const StoredTurn::Item& item : turn.items)
    items += fmt::format("{} {}{}{}\n", item.place, item.text, item.call.name, item.call.arguments);
  EXPECT_EQ(items, "0 \n1 Wa\n2 cut{}\n3 it.\n4 paste[]\n");
  EXPECT_FALSE(read_turn("\x01"));
}

TEST(ResponseNames, K20_ids_come_back) {
  EXPECT_EQ(response_id(kRun), "resp_" + kName);
  EXPECT_EQ(run_of_response("resp_" + kName), kRun);
  for (const char* wrong : {"", "resp_", "resp_x", "chatcmpl-x"})
    EXPECT_FALSE(run_of_response(wrong)) << wrong;
  for (const PartKind kind : {PartKind::text, PartKind::reasoning, PartKind::tool_call}) {
    const auto item = item_of(item_id(kind, kRun, 12));
    ASSERT_TRUE(item);
    EXPECT_EQ(item->run, kRun);
    EXPECT_EQ(item->place, 12u);
  }
  for (const std::string& wrong : {std::string(), std::string("msg_"), "msg_" + kName, "msg_" + kName + "_",
                                   "msg_" + kName + "_x", "msg_" + kName + "_1x", "xx_" + kName + "_1"})
    EXPECT_FALSE(item_of(wrong)) << wrong;
}

TEST(RequestFacts, K20_come_back) {
  RequestFacts facts;
  EXPECT_TRUE(decode_facts(encode(facts)).store);
  EXPECT_EQ(decode_facts(encode(facts)).metadata, "{}");
  facts = {true, false, "resp_x", "Be brief.", R"({"a":"b"})", "Be kind.", {{"msg_1", "a"}, {"", "b"}}};
  const RequestFacts read = decode_facts(encode(facts));
  EXPECT_TRUE(read.background);
  EXPECT_FALSE(read.store);
  EXPECT_EQ(read.previous_response + read.instructions + read.metadata + read.system,
            R"(resp_xBe brief.{"a":"b"}Be kind.)");
  ASSERT_EQ(read.input.size(), 2u);
  EXPECT_EQ(read.input[0].id + read.input[0].members + read.input[1].id + read.input[1].members, "msg_1ab");
}

}  // namespace
}  // namespace belay::surfaces::openai::responses
