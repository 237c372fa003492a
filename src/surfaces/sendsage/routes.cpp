#include "surfaces/sendsage/routes.hpp"

#include "auth/head_check.hpp"
#include "prompts/climbing_coach.hpp"
#include "services/uploads/prompt_texts.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/removal.hpp"
#include "surfaces/response.hpp"
#include "surfaces/sendsage/context_routes.hpp"
#include "surfaces/sendsage/premium_question.hpp"
#include "surfaces/sendsage/render.hpp"
#include "surfaces/sendsage/upload_body.hpp"
#include "surfaces/sendsage/upload_routes.hpp"
#include "surfaces/sendsage/visualization_routes.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::sendsage {
namespace {

// A client that only looks at its stream learns what is wrong with its file, too.
bool is_about_file(const Error& error) {
  return error.code == ErrorCode::unprocessable || error.code == ErrorCode::unsupported_media_type ||
         (error.code == ErrorCode::payload_too_large && error.field != "prompt");
}

// What a user's newest files say, for the visualizations.
StatisticsOfUser statistics_of_uploads(services::Uploads& uploads) {
  using Found = std::vector<std::shared_ptr<const uploads::Statistics>>;
  return [&uploads](Loop& loop, Deadline deadline, std::string user) -> Awaitable<Result<Found>> {
    constexpr std::size_t kMaxFiles = 20;
    Found found;
    if (!uploads.takes_files()) co_return found;
    const auto newest = co_await uploads.newest_for_prompt(loop, deadline, std::move(user), kMaxFiles);
    if (!newest) co_return newest.error();
    for (const services::ReadUpload& each : *newest)
      found.push_back(std::make_shared<uploads::Statistics>(each.upload.statistics));
    co_return found;
  };
}

}  // namespace

std::vector<transport::Route> SendsageRoutes::routes(const SendsageConfig& config, SendsageRoutes* self) {
  const std::string& base = config.prefix;
  return {
      {"GET", base + "/stream", [self](transport::Request& r) { return self->stream(r); }, ByteCount{0},
       "sendsage.stream"},
      {"POST", base + "/chat/basic", [self](transport::Request& r) { return self->basic(r); },
       config.max_body, "sendsage.basic"},
      {"POST", base + "/chat/premium", [self](transport::Request& r) { return self->premium(r); },
       kMaxUploadBody, "sendsage.premium", nullptr, true},
      {"GET", base + "/chat/quota", [self](transport::Request& r) { return self->quota(r); }, ByteCount{0},
       "sendsage.quota"},
      {"DELETE", base + "/chat/request/{request_id}",
       [self](transport::Request& r) { return self->cancel(r); }, ByteCount{0}, "sendsage.cancel"},
      {"DELETE", base + "/chat/conversation/{conversation_id}",
       [self](transport::Request& r) { return self->delete_conversation(r); }, ByteCount{0},
       "sendsage.delete_conversation"},
  };
}

// ---- Who asks

Awaitable<Result<SendsageRoutes::Asker>> SendsageRoutes::identify(const transport::Request& request) {
  auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return caller.error();
  const auto runtime = context_.runtime.take();
  const auto tier =
      co_await context_.users.tier(*request.loop, deadline_of(request), runtime->tiers, *caller);
  if (!tier) co_return tier.error();
  Asker asker;
  asker.caller = std::move(*caller);
  asker.tier = runtime->tiers.name(*tier);
  const auto premium = runtime->tiers.find(config_.premium_tier);
  asker.is_premium = premium && *tier >= *premium;
  co_return asker;
}

Result<> SendsageRoutes::check_premium(const Asker& asker) const {
  if (asker.is_premium) return {};
  return make_error(ErrorCode::forbidden, "This is for Premium users. Upgrade to Premium, or ask with POST " +
                                              config_.prefix + "/chat/basic.");
}

// ---- Questions

Awaitable<transport::Response> SendsageRoutes::basic(transport::Request& request) {
  auto asker = co_await identify(request);
  if (!asker) co_return error_response(asker.error(), request);
  auto question = parse_question(request, config_);
  if (!question) co_return error_response(question.error(), request);
  co_return co_await ask(request, std::move(*asker), std::move(*question), Coach::basic, Facts());
}

Awaitable<transport::Response> SendsageRoutes::premium(transport::Request& request) {
  auto asker = co_await identify(request);
  if (!asker) co_return error_response(asker.error(), request);
  if (const auto allowed = check_premium(*asker); !allowed)
    co_return error_response(allowed.error(), request);
  if (const auto fine = refuse_resume(request); !fine) co_return error_response(fine.error(), request);
  auto read = co_await read_premium_question(request, context_, asker->caller,
                                             {config_.max_prompt, context_.uploads->max_file()});
  if (!read.question) {
    if (is_about_file(read.question.error()))
      co_await show_error(request, asker->caller.user, {}, read.question.error());
    co_return error_response(read.question.error(), read.limits, request);
  }
  PremiumQuestion& form = *read.question;
  auto facts = co_await upload_facts(request, asker->caller.user, std::move(form.upload));
  if (!facts) co_return error_response(facts.error(), request);
  Question question{std::move(form.prompt), std::move(form.conversation_id), std::move(form.idempotency_key),
                    std::move(form.digest)};
  co_return co_await ask(request, std::move(*asker), std::move(question), Coach::premium, std::move(*facts));
}

// ---- What the coach knows

Awaitable<Result<SendsageRoutes::Facts>> SendsageRoutes::upload_facts(
    const transport::Request& request, const std::string& user,
    std::optional<services::AcceptedUpload> upload) {
  Facts facts;
  const Deadline deadline = deadline_of(request);
  if (upload) {
    facts.upload_texts = services::prompt_texts(upload->upload, config_.premium_tokens);
    facts.upload_statistics = upload->upload.statistics;
    auto stored = co_await context_.uploads->store(*request.loop, deadline, std::move(*upload));
    if (!stored) co_return stored.error();
    facts.upload = std::move(*stored);
    co_return facts;
  }
  if (!context_.uploads->takes_files()) co_return facts;
  const auto newest = co_await context_.uploads->newest_for_prompt(*request.loop, deadline, user, 1);
  if (!newest) co_return newest.error();
  if (newest->empty()) co_return facts;
  const uploads::Upload& newest_upload = newest->front().upload;
  facts.upload_texts = services::prompt_texts(newest_upload, config_.premium_tokens);
  facts.upload_statistics = newest_upload.statistics;
  co_return facts;
}

Awaitable<SendsageRoutes::Facts> SendsageRoutes::with_context(const transport::Request& request,
                                                              const std::string& user,
                                                              const std::string& prompt, Coach coach,
                                                              Facts facts) {
  using View = services::Contexts::View;
  const View view = coach == Coach::premium ? View::premium : View::basic;
  auto known = co_await context_.contexts.for_coach(*request.loop, deadline_of(request), user, view);
  facts.context = std::move(known.text);
  services::ClimbStatistics statistics;
  if (known.document) statistics.push_back(&known.document->statistics());
  if (facts.upload_statistics) statistics.push_back(&*facts.upload_statistics);
  const auto views = services::possible_visualizations(statistics);
  facts.views = services::names_of(views);
  facts.suggestion = services::suggest(prompt, views, config_.prefix);
  co_return facts;
}

std::string SendsageRoutes::model_of(Coach coach) const {
  const std::string& alias = coach == Coach::premium ? config_.premium_model : config_.basic_model;
  return context_.runtime.take()->models->find(alias) ? alias : std::string();
}

services::StartRun SendsageRoutes::start_of(Question question, const Asker& asker, Coach coach,
                                            Facts&& known) const {
  const bool is_premium = coach == Coach::premium;
  services::StartRun start;
  start.surface = kSurface;
  start.mode = is_premium ? "premium" : asker.is_premium ? "short" : "basic";
  start.model = model_of(coach);
  start.conversation = std::move(question.conversation);
  if (start.conversation.empty()) start.conversation = RunId::make(context_.clock, context_.random).text();
  start.prompt = question.prompt;
  prompts::CoachFacts facts;
  facts.tier = is_premium ? prompts::CoachTier::premium : prompts::CoachTier::basic;
  facts.question = std::move(question.prompt);
  facts.context = std::move(known.context);
  facts.upload = std::move(known.upload_texts);
  facts.views = std::move(known.views);
  facts.budget = prompts::default_budget(facts.tier);
  facts.budget.total.value = is_premium ? config_.premium_tokens : config_.basic_tokens;
  start.recipe = std::make_unique<prompts::ClimbingCoachRecipe>(std::move(facts));
  start.key = std::move(question.key);
  start.digest = std::move(question.digest);
  ChannelUse& channel = start.channel.emplace();
  channel.shows_pieces = is_premium;
  channel.slow_after_ms = static_cast<std::uint64_t>(config_.slow_after.count());
  if (known.upload && known.upload->label) channel.upload = to_string(known.upload->label->format);
  if (known.suggestion) {
    channel.suggestion = std::move(known.suggestion->text);
    channel.suggestion_url = std::move(known.suggestion->path);
  }
  return start;
}

Awaitable<transport::Response> SendsageRoutes::ask(transport::Request& request, Asker asker,
                                                   Question question, Coach coach, Facts facts) {
  const std::string upload = facts.upload ? facts.upload->id : std::string();
  facts = co_await with_context(request, asker.caller.user, question.prompt, coach, std::move(facts));
  services::StartRun start = start_of(std::move(question), asker, coach, std::move(facts));
  start.caller = asker.caller;
  start.deadline = deadline_of(request);
  const std::string conversation = start.conversation;
  const services::StartOutcome outcome = co_await context_.runs.start(*request.loop, std::move(start));
  // The file of a question that was refused, or that has been asked before, is not kept.
  const bool is_new = outcome.run && !outcome.run->is_repeated;
  if (!is_new && !upload.empty())
    (void)co_await context_.uploads->remove(*request.loop, deadline_of(request), asker.caller.user, upload);
  if (!outcome.run) {
    if (outcome.run.error().code == ErrorCode::quota_exceeded)
      co_await show_error(request, asker.caller.user, conversation, outcome.run.error());
    co_return error_response(outcome.run.error(), outcome.limits, request);
  }
  std::string stream = config_.prefix + "/stream";
  if (outcome.run->in_channel) stream += "?last_event_id=" + outcome.run->in_channel->text();
  transport::Response response = json_response(render_accepted(*outcome.run, conversation, stream), 202);
  response.headers.push_back({"Location", stream});
  add_rate_headers(outcome.limits, response);
  co_return response;
}

// A client that only looks at its stream learns it, too. If it cannot be stored, the response says it.
Awaitable<void> SendsageRoutes::show_error(const transport::Request& request, std::string user,
                                           std::string conversation, const Error& error) {
  ChannelMessage message;
  message.kind = ChannelMessage::Kind::error;
  message.conversation = std::move(conversation);
  message.text = error.detail;
  message.code = error.code;
  (void)co_await context_.channels.publish(*request.loop, std::move(user), std::string(kSurface),
                                           std::move(message), deadline_of(request));
}

Awaitable<transport::Response> SendsageRoutes::quota(transport::Request& request) {
  const auto asker = co_await identify(request);
  if (!asker) co_return error_response(asker.error(), request);
  services::Limiter::Action action;
  action.rules = kSurface;
  action.action = asker->is_premium ? "premium" : "basic";
  action.caller = asker->caller;
  action.deadline = deadline_of(request);
  const auto left = co_await context_.limiter.left_of_quota(*request.loop, std::move(action));
  if (!left) co_return error_response(left.error(), request);
  co_return json_response(render_quota(asker->tier, *left ? &**left : nullptr, context_.clock.wall()));
}

Awaitable<transport::Response> SendsageRoutes::cancel(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto id = parse_request_id(request.capture("request_id"));
  if (!id) co_return error_response(id.error(), request);
  const auto cancelled = co_await context_.runs.cancel(*request.loop, caller->user, *id);
  if (!cancelled) co_return error_response(cancelled.error(), request);
  co_return no_content();
}

Awaitable<transport::Response> SendsageRoutes::delete_conversation(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  co_return co_await remove_conversation(request, context_, caller->user, kSurface,
                                         request.capture("conversation_id"));
}

// ---- The stream

Awaitable<transport::Response> SendsageRoutes::stream(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto resume = parse_resume(request);
  if (!resume) co_return error_response(resume.error(), request);
  auto channel = co_await context_.channels.open(*request.loop, caller->user, std::string(kSurface), *resume,
                                                 deadline_of(request));
  if (!channel) co_return error_response(channel.error(), request);
  context_.authenticator.stream_found(request, *caller);
  if (request.method == "HEAD") co_return stream_head(format());
  const std::string beginning = stream_beginning(channel->after, channel->is_reset);
  auto source = context_.channels.read(*request.loop, std::move(*channel), format());
  co_return stream_of(request, context_, *caller, std::move(source), format(), config_.retry_base, beginning);
}

Surface make(const SurfaceContext* context, const SendsageConfig& config) {
  std::shared_ptr<SendsageRoutes> owner;
  if (context) owner = std::make_shared<SendsageRoutes>(*context, config);
  Surface surface;
  surface.routes = SendsageRoutes::routes(config, owner.get());
  append_upload_routes(context, {config.prefix, config.premium_tier}, surface);
  append_context_routes(context, config.prefix, surface);
  append_visualization_routes(context, config.prefix,
                              context ? statistics_of_uploads(*context->uploads) : nullptr, surface);
  surface.routes =
      auth::sign_in_before_body(std::move(surface.routes), context ? &context->authenticator : nullptr);
  surface.owner = std::move(owner);
  surface.ticket_patterns = {config.prefix + "/stream"};
  return surface;
}

}  // namespace belay::surfaces::sendsage
