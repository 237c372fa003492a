#include "surfaces/client_place.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace belay::surfaces {
namespace {

// Most requests follow the newest messages.
constexpr std::size_t kNewest = 20;

// A question of the chosen branch.
struct Question {
  RunId run;
  std::string text;
};

// Finds the first question that the client's list does not have, or has changed, in messages that come oldest first.
class Search {
 public:
  // Behind the answer or its question; without both, the first question of all.
  Search(std::optional<RunId> question, std::optional<RunId> after) : question_(question), after_(after) {}

  void add(const std::vector<StoredMessage>& messages) {
    for (const StoredMessage& message : messages) {
      if (after_ && message.run == *after_) {
        is_behind_ = true;
        found_.reset();
        continue;
      }
      if (message.role != Role::user || message.kind != MessageKind::chat) continue;
      if (question_ && message.run == *question_) {
        found_ = Question{message.run, message.content};
        is_exact_ = true;
      }
      const bool counts = after_ ? is_behind_ : !question_;
      if (!found_ && counts) found_ = Question{message.run, message.content};
    }
  }
  // Whether all of it was seen that decides.
  bool is_decided() const { return is_exact_ || is_behind_; }
  bool is_exact() const { return is_exact_; }
  const std::optional<Question>& found() const { return found_; }

 private:
  std::optional<RunId> question_, after_;
  bool is_behind_ = false, is_exact_ = false;
  std::optional<Question> found_;
};

class Place {
 public:
  Place(const SurfaceContext& context, Loop& loop, Deadline deadline, const std::string& user,
        const ShownMessages& shown)
      : context_(context), loop_(loop), deadline_(deadline), user_(user), shown_(shown) {}

  Awaitable<Result<ClientPlace>> find() {
    ClientPlace place;
    place.conversation = shown_.conversation;
    if (place.conversation.empty()) {
      auto conversation = co_await conversation_of_messages();
      if (!conversation) co_return conversation.error();
      place.conversation = std::move(*conversation);
    }
    key_ = {user_, shown_.surface, place.conversation};
    auto question = co_await find_question();
    if (!question) co_return question.error();
    if (*question) place.replaces = replaces(**question);
    co_return place;
  }

 private:
  using Found = Result<std::optional<Question>>;

  services::StartRun::Replaces replaces(const Question& question) const {
    const bool is_same = !shown_.is_whole || shown_.question.empty() || shown_.question == question.text;
    const bool again = shown_.regenerates && is_same;
    return {again ? Branch::Kind::regenerate : Branch::Kind::edit, {question.run, Role::user}, false};
  }

  // Of a client that sends no id: the one of the answer before the question, else a new one.
  Awaitable<Result<std::string>> conversation_of_messages() {
    const std::string& surface = shown_.surface;
    for (const auto& known : {shown_.answer_before, shown_.question_id, shown_.named}) {
      if (!known) continue;
      if (const auto unstored = context_.runs.find_unstored(user_, surface, *known))
        co_return unstored->conversation;
      for (const Role role : {Role::assistant, Role::user}) {
        const MessageId message{known->run, role};
        const auto stored =
            co_await context_.conversations.find_message(loop_, deadline_, user_, surface, message);
        if (!stored) co_return stored.error();
        if (*stored) co_return (*stored)->conversation;
      }
    }
    const auto runtime = context_.runtime.take();
    co_return runtime->rules.at(surface).sessions->new_conversation(context_.random);
  }

  // The question in whose place the new one stands, on the branch that the client shows. Nothing: it comes last.
  Awaitable<Found> find_question() {
    if (!shown_.is_whole && !shown_.regenerates && !shown_.question_id) co_return std::nullopt;
    if (!shown_.is_whole) co_return co_await find_named();
    // An answer that is being made is the newest of its branch, and not among the stored messages.
    if (shown_.answer_before && !shown_.question_id)
      if (const auto unstored = context_.runs.find_unstored(user_, shown_.surface, *shown_.answer_before);
          unstored && unstored->conversation == key_.id)
        co_return std::nullopt;
    std::optional<RunId> question, after;
    if (shown_.question_id) question = shown_.question_id->run;
    if (shown_.answer_before) after = shown_.answer_before->run;
    auto found = co_await search(question, after);
    if (!found) co_return found.error();
    if (found->is_decided() || (!question && !after)) co_return found->found();
    // It may be on another branch.
    const auto known = shown_.answer_before ? shown_.answer_before : shown_.question_id;
    const auto chosen = co_await context_.conversations.choose_branch(loop_, deadline_, key_, *known);
    if (!chosen && chosen.error().code != ErrorCode::not_found) co_return chosen.error();
    if (chosen)
      found = co_await search(question, after);
    else  // of another conversation: the list begins this one
      found = co_await search(std::nullopt, std::nullopt);
    if (!found) co_return found.error();
    co_return found->found();
  }

  // Of a client that sends the newest message alone.
  Awaitable<Found> find_named() {
    const auto named = shown_.question_id ? shown_.question_id : shown_.named;
    const MessageFilter of{user_, key_.surface, key_.id, {}, {}};
    const auto page = co_await context_.conversations.messages(loop_, deadline_, of, std::nullopt, kNewest);
    if (!page && page.error().code != ErrorCode::not_found) co_return page.error();
    // An answer that was made again stands behind the question of another run.
    std::optional<RunId> asked;
    if (page)
      for (const StoredMessage& message : page->messages) {
        if (message.role == Role::user && message.kind == MessageKind::chat) asked = message.run;
        if (named && asked && message.run == named->run) co_return Question{*asked, {}};
      }
    if (named) co_return Question{named->run, {}};
    if (asked) co_return Question{*asked, {}};
    co_return make_error(ErrorCode::not_found, "There is no answer that could be made again.", "messageId");
  }

  // The newest messages first; all of them where these do not decide.
  Awaitable<Result<Search>> search(std::optional<RunId> question, std::optional<RunId> after) {
    const MessageFilter of{user_, key_.surface, key_.id, {}, {}};
    const auto page = co_await context_.conversations.messages(loop_, deadline_, of, std::nullopt, kNewest);
    Search newest(question, after);
    if (!page) {
      if (page.error().code == ErrorCode::not_found) co_return newest;
      co_return page.error();
    }
    newest.add(page->messages);
    if (newest.is_decided() || !page->older) co_return newest;
    Search all(question, after);
    const auto read_next = context_.conversations.read_all(key_, Branches::chosen);
    for (;;) {
      auto read = [&read_next](UniqueFunction<void(Result<std::vector<StoredMessage>>)> done) {
        read_next(std::move(done));
      };
      const auto next = co_await await_callback<Result<std::vector<StoredMessage>>>(loop_, std::move(read));
      if (!next) co_return next.error();
      if (next->empty()) co_return all;
      all.add(*next);
      if (all.found() && (all.is_decided() || (!question && !after))) co_return all;
    }
  }

  const SurfaceContext& context_;
  Loop& loop_;
  const Deadline deadline_;
  const std::string user_;
  const ShownMessages& shown_;
  ConversationKey key_;
};

}  // namespace

Awaitable<Result<ClientPlace>> find_place(const SurfaceContext& context, Loop& loop, Deadline deadline,
                                          const std::string& user, const ShownMessages& shown) {
  Place place(context, loop, deadline, user, shown);
  auto found = co_await place.find();
  co_return found;
}

}  // namespace belay::surfaces
