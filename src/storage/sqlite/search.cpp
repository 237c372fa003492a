#include "storage/sqlite/search.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "storage/sqlite/conversations.hpp"
#include "storage/sqlite/search_index.hpp"
#include "storage/sqlite/search_sources.hpp"

namespace belay::storage {
namespace {

// Bounds of one search.
constexpr std::size_t kMaxTitles = 100;    // candidates
constexpr std::size_t kMaxMessages = 300;  // candidates
constexpr std::size_t kMaxLooks = 1'500;   // at documents, also those that are no candidates
constexpr std::size_t kMaxTextBytes = 1 << 20;

// Ends its transaction, so that the write-ahead log can be emptied.
class ReadTransaction {
 public:
  explicit ReadTransaction(Database& database) : database_(database) {}
  ~ReadTransaction() { (void)Query(database_, "COMMIT").execute(); }
  Result<> begin() { return Query(database_, "BEGIN").execute(); }

 private:
  Database& database_;
};

struct Candidate {
  double score = 0;
  std::int64_t updated = 0;  // of its conversation
  std::int64_t document = 0;
  std::int64_t conversation = 0;

  bool operator<(const Candidate& other) const {  // the better one
    return std::tie(score, updated, document) > std::tie(other.score, other.updated, other.document);
  }
};

class Search {
 public:
  Search(Database& database, const SearchQuery& query) : database_(database), query_(query) {}

  Result<std::vector<SearchHit>> run() {
    if (auto found = collect(SearchKind::title, kMaxTitles); !found) return found.error();
    if (auto found = collect(SearchKind::message, kMaxMessages); !found) return found.error();
    std::sort(candidates_.begin(), candidates_.end());
    std::vector<SearchHit> hits;
    std::set<std::int64_t> seen;
    std::size_t bytes = 0;
    for (const Candidate& candidate : candidates_) {
      if (hits.size() >= query_.limit || bytes >= kMaxTextBytes) break;
      if (seen.contains(candidate.conversation)) continue;
      auto hit = read_hit(candidate, bytes);
      if (!hit) return hit.error();
      if (!*hit) continue;
      seen.insert(candidate.conversation);
      hits.push_back(std::move(**hit));
    }
    return hits;
  }

 private:
  Result<> collect(SearchKind kind, std::size_t max) {
    const auto collection = find_collection(database_, query_.user, query_.surface, kind);
    if (!collection) return collection.error();
    if (*collection == 0) return {};
    const std::size_t end = candidates_.size() + max;
    looks_ = 0;
    const auto take = [&](std::int64_t document, const std::vector<search::WordCount>& counts) {
      return add(kind, document, counts, end);
    };
    return each_document(database_, *collection, query_.words, take);
  }

  // False: there are enough.
  Result<bool> add(SearchKind kind, std::int64_t document, const std::vector<search::WordCount>& counts,
                   std::size_t end) {
    constexpr const char* kTitle =
        "SELECT id, updated, archived, length(title) FROM conversations "
        "WHERE id = ?1 AND user = ?2 AND surface = ?3";
    constexpr const char* kMessage =
        "SELECT c.id, c.updated, c.archived, length(m.content) FROM messages m "
        "CROSS JOIN conversations c ON c.id = m.conversation "
        "WHERE m.id = ?1 AND c.user = ?2 AND c.surface = ?3";
    Query query(database_, kind == SearchKind::title ? kTitle : kMessage);
    const auto found = query.number(document / 2).text(query_.user).text(query_.surface).row();
    if (!found) return found.error();
    if (++looks_ > kMaxLooks) return false;
    if (!*found || (query_.archived && *query_.archived != (query.number_at(2) != 0))) return true;
    const double score = search::score(counts, query.count_at(3), kind == SearchKind::title);
    candidates_.push_back({score, query.number_at(1), document, query.number_at(0)});
    return candidates_.size() < end;
  }

  // Empty: its text does not match after all, because what it shares with the query stands apart.
  Result<std::optional<SearchHit>> read_hit(const Candidate& candidate, std::size_t& bytes) {
    auto conversation = read_conversation_row(candidate.conversation);
    if (!conversation) return conversation.error();
    if (!*conversation) return std::optional<SearchHit>();
    SearchHit hit{std::move(**conversation), {}, {}};
    std::string text = hit.conversation.title;
    if (candidate.document % 2 == 0) {
      const std::int64_t row = candidate.document / 2;
      const auto message = read_message_id(row);
      if (!message) return message.error();
      hit.message = *message;
      auto content = database_.read_blob("messages", "content", row, search::kMaxTextBytes);
      if (!content) return content.error();
      text = std::move(*content);
    }
    bytes += text.size();
    auto match = search::match(query_.words, text);
    if (!match) return std::optional<SearchHit>();
    hit.snippet = std::move(match->snippet);
    return std::optional(std::move(hit));
  }

  Result<std::optional<Conversation>> read_conversation_row(std::int64_t row) {
    std::string name;
    {
      Query query(database_, "SELECT name FROM conversations WHERE id = ?");
      const auto found = query.number(row).row();
      if (!found) return found.error();
      if (!*found) return std::optional<Conversation>();
      name = query.text_at(0);
    }
    return read_conversation(database_, {query_.user, query_.surface, name});
  }

  Result<std::optional<MessageId>> read_message_id(std::int64_t row) {
    Query query(database_, "SELECT run_id, role FROM messages WHERE id = ?");
    const auto found = query.number(row).row();
    if (!found) return found.error();
    const auto run = *found ? RunId::parse(query.bytes_at(0)) : std::nullopt;
    if (!run) return make_error(ErrorCode::internal, "A stored message can not be read: it is broken.");
    return std::optional(MessageId{*run, static_cast<Role>(query.number_at(1))});
  }

  Database& database_;
  const SearchQuery& query_;
  std::vector<Candidate> candidates_;
  std::size_t looks_ = 0;
};

}  // namespace

Result<std::vector<SearchHit>> search_conversations(Database& database, const SearchQuery& query) {
  ReadTransaction transaction(database);
  if (auto begun = transaction.begin(); !begun) return begun.error();
  return Search(database, query).run();
}

}  // namespace belay::storage
