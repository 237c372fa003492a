#include "storage/sqlite/search_index.hpp"

#include <map>
#include <optional>
#include <vector>

#include "storage/sqlite/search_lists.hpp"

namespace belay::storage {
namespace {

// A block is made when a collection has this many fresh documents, or their lists have this size.
constexpr std::int64_t kFreshDocuments = 128;
constexpr std::int64_t kFreshBytes = 128 << 10;

Error broken_index() {
  return make_error(ErrorCode::internal, "The search index is broken.");
}

Result<std::int64_t> collection_of(Database& database, std::string_view user, std::string_view surface,
                                   SearchKind kind) {
  const auto found = find_collection(database, user, surface, kind);
  if (!found || *found != 0) return found;
  if (auto done = Query(database, "INSERT INTO search_collections (user, surface, kind) VALUES (?, ?, ?)")
                      .text(user)
                      .text(surface)
                      .number(static_cast<int>(kind))
                      .execute();
      !done)
    return done.error();
  return database.last_insert_id();
}

struct Document {
  std::int64_t id = 0;
  std::string list;
};

Result<std::vector<Document>> fresh_documents(Database& database, std::int64_t collection) {
  std::vector<Document> documents;
  Query query(database,
              "SELECT document, terms FROM search_documents INDEXED BY search_fresh "
              "WHERE collection = ? AND block = 0 ORDER BY document");
  query.number(collection);
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return documents;
    documents.push_back({query.number_at(0), query.text_at(1)});
  }
}

Result<> write_block(Database& database, std::int64_t collection, std::int64_t block,
                     const std::vector<Document>& documents) {
  std::map<std::string, Postings, std::less<>> terms;
  for (const Document& document : documents) {
    const auto add = [&](std::string_view term, std::uint32_t count) {
      auto found = terms.find(term);
      if (found == terms.end()) found = terms.emplace(term, Postings()).first;
      found->second.add(document.id, count);
      return true;
    };
    if (!each_listed_term(document.list, add)) return broken_index();
  }
  for (const auto& [term, postings] : terms)
    if (auto done = Query(database,
                          "INSERT INTO search_terms (collection, block, term, documents) VALUES (?, ?, ?, ?)")
                        .number(collection)
                        .number(block)
                        .text(term)
                        .blob(postings.bytes())
                        .execute();
        !done)
      return done;
  return {};
}

Result<> make_block(Database& database, std::int64_t collection) {
  const auto documents = fresh_documents(database, collection);
  if (!documents) return documents.error();
  std::int64_t block = 0;
  {
    Query query(database,
                "INSERT INTO search_blocks (collection, block, documents) VALUES (?1, coalesce("
                "(SELECT max(block) FROM search_blocks WHERE collection = ?1), 0) + 1, ?2) RETURNING block");
    const auto made = query.number(collection).number(static_cast<std::uint64_t>(documents->size())).row();
    if (!made) return made.error();
    block = query.number_at(0);
  }
  if (auto done = write_block(database, collection, block, *documents); !done) return done;
  for (const Document& document : *documents)
    if (auto done = Query(database, "UPDATE search_documents SET block = ? WHERE document = ?")
                        .number(block)
                        .number(document.id)
                        .execute();
        !done)
      return done;
  return Query(database, "UPDATE search_collections SET fresh_documents = 0, fresh_bytes = 0 WHERE id = ?")
      .number(collection)
      .execute();
}

// Returns whether there are enough for a block.
Result<bool> count_fresh(Database& database, std::int64_t collection, std::int64_t documents,
                         std::int64_t bytes) {
  Query query(database,
              "UPDATE search_collections SET fresh_documents = fresh_documents + ?2, "
              "fresh_bytes = fresh_bytes + ?3 WHERE id = ?1 RETURNING fresh_documents, fresh_bytes");
  const auto found = query.number(collection).number(documents).number(bytes).row();
  if (!found) return found.error();
  return *found && (query.number_at(0) >= kFreshDocuments || query.number_at(1) >= kFreshBytes);
}

Result<> add_document(Database& database, std::int64_t collection, std::int64_t document,
                      const std::string& list) {
  if (auto done = Query(database,
                        "INSERT INTO search_documents (document, collection, block, terms) "
                        "VALUES (?, ?, 0, ?) ON CONFLICT (document) DO NOTHING")
                      .number(document)
                      .number(collection)
                      .blob(list)
                      .execute();
      !done)
    return done;
  if (database.changes() == 0) return {};
  const auto enough = count_fresh(database, collection, 1, static_cast<std::int64_t>(list.size()));
  if (!enough) return enough.error();
  return *enough ? make_block(database, collection) : Result<>();
}

// A block's row of one term, without the document.
Result<> remove_posting(Database& database, std::int64_t collection, std::int64_t block,
                        std::string_view term, std::int64_t document) {
  Postings rest;
  {
    Query query(database,
                "SELECT documents FROM search_terms WHERE collection = ? AND block = ? AND term = ?");
    const auto found = query.number(collection).number(block).text(term).row();
    if (!found) return found.error();
    if (!*found) return {};
    const auto keep = [&](std::int64_t each, std::uint32_t count) {
      if (each != document) rest.add(each, count);
      return true;
    };
    if (!each_posting(query.bytes_at(0), keep)) return broken_index();
  }
  if (rest.bytes().empty())
    return Query(database, "DELETE FROM search_terms WHERE collection = ? AND block = ? AND term = ?")
        .number(collection)
        .number(block)
        .text(term)
        .execute();
  return Query(database,
               "UPDATE search_terms SET documents = ? WHERE collection = ? AND block = ? AND term = ?")
      .blob(rest.bytes())
      .number(collection)
      .number(block)
      .text(term)
      .execute();
}

Result<> remove_from_block(Database& database, std::int64_t collection, std::int64_t block,
                           const Document& document) {
  Result<> done;
  const auto remove = [&](std::string_view term, std::uint32_t) {
    done = remove_posting(database, collection, block, term, document.id);
    return done.has_value();
  };
  const bool read = each_listed_term(document.list, remove);
  if (!done) return done;
  if (!read) return broken_index();
  if (done = Query(database,
                   "UPDATE search_blocks SET documents = documents - 1 WHERE collection = ? AND block = ?")
                 .number(collection)
                 .number(block)
                 .execute();
      !done)
    return done;
  return Query(database, "DELETE FROM search_blocks WHERE collection = ? AND block = ? AND documents <= 0")
      .number(collection)
      .number(block)
      .execute();
}

struct Owner {
  std::string user;
  std::string surface;
  std::string title;
};

Result<std::optional<Owner>> owner_of(Database& database, std::int64_t conversation) {
  Query query(database, "SELECT user, surface, title FROM conversations WHERE id = ?");
  const auto found = query.number(conversation).row();
  if (!found) return found.error();
  if (!*found) return std::optional<Owner>();
  return std::optional(Owner{query.text_at(0), query.text_at(1), query.text_at(2)});
}

Result<> index_text(Database& database, const Owner& owner, SearchKind kind, std::int64_t document,
                    std::string_view text) {
  const std::string list = term_list(text);
  if (list.empty()) return {};
  const auto collection = collection_of(database, owner.user, owner.surface, kind);
  if (!collection) return collection.error();
  return add_document(database, *collection, document, list);
}

}  // namespace

Result<std::int64_t> find_collection(Database& database, std::string_view user, std::string_view surface,
                                     SearchKind kind) {
  Query query(database, "SELECT id FROM search_collections WHERE user = ? AND surface = ? AND kind = ?");
  const auto found = query.text(user).text(surface).number(static_cast<int>(kind)).row();
  if (!found) return found.error();
  return *found ? query.number_at(0) : 0;
}

Result<> index_message(Database& database, std::int64_t conversation, std::int64_t message,
                       std::string_view text) {
  const auto owner = owner_of(database, conversation);
  if (!owner) return owner.error();
  if (!*owner) return {};
  return index_text(database, **owner, SearchKind::message, document_of_message(message), text);
}

Result<> index_title(Database& database, std::int64_t conversation) {
  const std::int64_t document = document_of_title(conversation);
  if (auto done = remove_from_index(database, document); !done) return done;
  const auto owner = owner_of(database, conversation);
  if (!owner) return owner.error();
  if (!*owner) return {};
  return index_text(database, **owner, SearchKind::title, document, (*owner)->title);
}

Result<> remove_from_index(Database& database, std::int64_t document) {
  std::int64_t collection = 0, block = 0;
  Document removed{document, {}};
  {
    Query query(database, "SELECT collection, block, terms FROM search_documents WHERE document = ?");
    const auto found = query.number(document).row();
    if (!found) return found.error();
    if (!*found) return {};
    collection = query.number_at(0);
    block = query.number_at(1);
    removed.list = query.text_at(2);
  }
  if (auto done =
          Query(database, "DELETE FROM search_documents WHERE document = ?").number(document).execute();
      !done)
    return done;
  if (block != 0) return remove_from_block(database, collection, block, removed);
  const auto counted = count_fresh(database, collection, -1, -static_cast<std::int64_t>(removed.list.size()));
  return counted ? Result<>() : Result<>(counted.error());
}

Result<> forget_in_index(Database& database, std::string_view user) {
  return Query(database,
               "DELETE FROM search_collections WHERE user = ? AND fresh_documents = 0 AND NOT EXISTS "
               "(SELECT 1 FROM search_blocks WHERE collection = search_collections.id)")
      .text(user)
      .execute();
}

}  // namespace belay::storage
