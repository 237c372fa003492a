#include "app/commands/assistant_client.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/run_id.hpp"

namespace belay::app {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxEventBytes = 64u << 20;  // `complete` contains the whole answer
constexpr Milliseconds kShortExchange{20'000};
constexpr Milliseconds kCancelTime{5'000};

std::string member(const std::string& body, std::string_view name) {
  boost::system::error_code failed;
  const json::value document = json::parse(body, failed);
  if (failed || !document.is_object()) return {};
  const json::value* value = document.get_object().if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// A temporary error: the server, or a proxy in front of it, may work again soon.
bool may_pass(const HttpReply& reply) {
  return reply.status == 0 || reply.status == 502 || reply.status == 503 || reply.status == 504;
}

std::string describe(const HttpReply& reply) {
  if (reply.status == 0) return reply.error;
  const std::string detail = member(reply.body, "detail");
  if (detail.empty()) return fmt::format("the server answered {}", reply.status);
  return fmt::format("{} ({})", detail, member(reply.body, "code"));
}

AssistantClient::Outcome failed(std::string message) {
  return {AssistantClient::Result::failed, std::move(message)};
}

}  // namespace

HttpExchange AssistantClient::exchange(std::string method, const std::string& path) const {
  HttpExchange exchange{.method = std::move(method), .url = server_.url + path};
  if (!server_.token.empty()) exchange.headers.push_back("Authorization: Bearer " + server_.token);
  return exchange;
}

void AssistantClient::begin(Retry& retry) const {
  retry.delay = kFirstDelay;
  retry.give_up = parts_.patience.now() + kMaxSilence;
}

std::optional<AssistantClient::Outcome> AssistantClient::pause(Retry& retry, const HttpReply& reply) {
  if (parts_.patience.now() >= retry.give_up)
    return Outcome{Result::unreachable, fmt::format("the server was not back in time: {}", describe(reply))};
  // From the delay to one and a half times the delay, so that many clients do not reconnect at the same time.
  const auto spread = static_cast<std::uint64_t>(retry.delay.count()) / 2 + 1;
  const Milliseconds delay =
      retry.delay + Milliseconds(static_cast<std::int64_t>(parts_.random.below(spread)));
  retry.delay = std::min(retry.delay * 2, kMaxDelay);
  if (!parts_.patience.wait(delay)) return Outcome{Result::cancelled, {}};
  return std::nullopt;
}

AssistantClient::Outcome AssistantClient::ask(const Question& question) {
  const Accepted accepted = post(question);
  return accepted.refusal ? *accepted.refusal : read(accepted.request_id);
}

AssistantClient::Accepted AssistantClient::post(const Question& question) {
  json::object body{{"prompt", question.prompt}, {"mode", question.mode}};
  if (!question.conversation.empty()) body["conversation_id"] = question.conversation;
  HttpExchange request = exchange("POST", "/assistant/request");
  request.headers.push_back("Content-Type: application/json");
  request.headers.push_back(
      fmt::format("Idempotency-Key: {:016x}{:016x}", parts_.random.next(), parts_.random.next()));
  request.headers.push_back("Expect:");
  request.body = json::serialize(body);
  request.max_time = kShortExchange;

  Retry retry;
  begin(retry);
  for (;;) {
    const HttpReply reply = parts_.http.perform(request, [](std::string_view) { return false; });
    if (reply.interrupted) return {{}, Outcome{Result::cancelled, {}}};
    if (reply.status == 201) {
      was_reached_ = true;
      std::string id = member(reply.body, "request_id");
      if (!RunId::parse(id)) return {{}, failed("this is no Belay server: its answer has no request_id")};
      return {std::move(id), std::nullopt};
    }
    if (!may_pass(reply)) return {{}, failed(describe(reply))};
    if (reply.status == 0 && !was_reached_)
      return {
          {},
          Outcome{Result::unreachable, fmt::format("no server answers at {}: {}", server_.url, reply.error)}};
    if (auto outcome = pause(retry, reply)) return {{}, std::move(outcome)};
  }
}

AssistantClient::Outcome AssistantClient::read(const std::string& request_id) {
  EventStream stream(kMaxEventBytes);
  AnswerReader reader(parts_.output);
  Retry retry;
  begin(retry);
  bool started_over = false;
  for (;;) {
    HttpExchange request = exchange("GET", "/assistant/stream/" + request_id);
    request.headers.push_back("Accept: text/event-stream");
    if (!stream.last_id().empty()) request.headers.push_back("Last-Event-ID: " + stream.last_id());
    const auto take = [&](const providers::SseEvent& event) {
      begin(retry);
      reader.take(event);
    };
    const HttpReply reply = parts_.http.perform(request, [&](std::string_view bytes) {
      return stream.push(bytes, take) && reader.end() == AnswerReader::End::none;
    });
    stream.cut();
    if (reader.end() == AnswerReader::End::completed) return {};
    if (reader.end() == AnswerReader::End::failed)
      return failed(fmt::format("{} ({})", reader.error_message(), reader.error_code()));
    if (reply.interrupted) return cancel(request_id);

    if (reply.status == 410 && !stream.last_id().empty() && !started_over) {
      // The position is lost, but the answer may still exist.
      started_over = true;
      stream.forget_position();
      reader.restart();
      continue;
    }
    if (reply.status == 204) return failed("the answer has ended, and its end is not in the stream");
    if (reply.status != 200 && !may_pass(reply)) return failed(describe(reply));
    if (stream.retry() && retry.delay == kFirstDelay) retry.delay = std::min(*stream.retry(), kMaxDelay);
    if (auto outcome = pause(retry, reply))
      return outcome->result == Result::cancelled ? cancel(request_id) : std::move(*outcome);
  }
}

AssistantClient::Outcome AssistantClient::cancel(const std::string& request_id) {
  HttpExchange request = exchange("DELETE", "/assistant/request/" + request_id);
  request.max_time = kCancelTime;
  const HttpReply reply = parts_.http.perform(request, [](std::string_view) { return false; });
  if (reply.status == 204) return {Result::cancelled, {}};
  return {Result::cancelled, fmt::format("it could not be cancelled at the server: {}", describe(reply))};
}

}  // namespace belay::app
