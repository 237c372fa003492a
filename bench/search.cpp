// Measures searches in 100,000 stored messages (requirement C16): the call of the store, from the request to its result.
//
//   bench_search [DIRECTORY]    fills a new database in it (a temporary one if none is named), and removes it
//
// Two databases are measured: twenty users with 5,000 messages each, and one user with all of them. The messages have
// about 60 words, as frequent as words are in texts (Zipf), in Latin, Chinese, Arabic and emoji. Each figure is in
// milliseconds, of 2,000 searches, one at a time.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/store.hpp"

using namespace belay;
namespace fs = std::filesystem;

namespace {

constexpr int kMessages = 100'000;
constexpr int kSearches = 2'000;
constexpr int kWords = 60;
constexpr std::size_t kVocabulary = 30'000;

using Numbers = std::mt19937_64;

// Words of a language without meaning, the most frequent first.
class Vocabulary {
 public:
  explicit Vocabulary(Numbers& random) {
    for (std::size_t i = 0; i < kVocabulary; ++i) words_.push_back(word(i, random));
    double sum = 0;
    for (std::size_t i = 0; i < kVocabulary; ++i) sums_.push_back(sum += 1.0 / static_cast<double>(i + 2));
  }
  // As frequent as in a text.
  const std::string& any(Numbers& random) const {
    const double at = std::uniform_real_distribution<double>(0, sums_.back())(random);
    return words_[static_cast<std::size_t>(std::lower_bound(sums_.begin(), sums_.end(), at) - sums_.begin())];
  }
  const std::string& at(std::size_t rank) const { return words_[rank]; }

 private:
  static std::string character(std::uint32_t c) {
    std::string out;
    if (c < 0x800) {
      out.push_back(static_cast<char>(0xC0 | c >> 6));
    } else if (c < 0x10000) {
      out.push_back(static_cast<char>(0xE0 | c >> 12));
      out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
    } else {
      out.push_back(static_cast<char>(0xF0 | c >> 18));
      out.push_back(static_cast<char>(0x80 | (c >> 12 & 0x3F)));
      out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
    }
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    return out;
  }
  static std::string word(std::size_t rank, Numbers& random) {
    const auto below = [&](std::uint32_t max) { return static_cast<std::uint32_t>(random() % max); };
    if (rank % 100 == 99) return character(0x1F600 + below(64));
    std::string out;
    const bool is_chinese = rank % 10 == 3, is_arabic = rank % 10 == 6;
    const std::uint32_t length = is_chinese ? 1 + below(3) : 2 + below(8);
    for (std::uint32_t i = 0; i < length; ++i)
      out += is_chinese  ? character(0x4E00 + below(3'000))
             : is_arabic ? character(0x628 + below(18))
                         : std::string(1, static_cast<char>('a' + below(26)));
    return out;
  }

  std::vector<std::string> words_;
  std::vector<double> sums_;
};

template <class T, class Call>
T wait_for(Call call) {
  auto promise = std::make_shared<std::promise<Result<T>>>();
  auto result = promise->get_future();
  call([promise](Result<T> value) { promise->set_value(std::move(value)); });
  return std::move(result.get().value());
}

// Returns the seconds that it took. Commands are not indexed.
double fill(storage::SqliteStore& store, int users, const Vocabulary& vocabulary, Numbers& random,
            MessageKind kind) {
  const auto begun = std::chrono::steady_clock::now();
  ManualClock clock;
  SeededRandom ids(7);
  std::vector<std::future<void>> stored;
  for (int i = 0; i < kMessages; ++i) {
    clock.advance(Milliseconds(1'000));
    UserMessage message;
    message.conversation = {"user" + std::to_string(i % users), "chat",
                            "chat" + std::to_string(i / users / 20)};
    message.run = RunId::make(clock, ids);
    message.created = clock.wall();
    message.kind = kind;
    for (int word = 0; word < kWords; ++word) message.text += vocabulary.any(random) + ' ';
    auto done = std::make_shared<std::promise<void>>();
    stored.push_back(done->get_future());
    store.store_prompt(std::move(message), [done](Result<> result) {
      if (!result) std::abort();
      done->set_value();
    });
    if (stored.size() < 500) continue;
    for (auto& each : stored) each.get();
    stored.clear();
  }
  for (auto& each : stored) each.get();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

double mebibytes_of(const fs::path& file, const char* condition) {
  auto database = storage::Database::open(file, storage::Database::Mode::read_only, Milliseconds(5'000));
  const std::string sql = std::string("SELECT sum(pgsize) FROM dbstat WHERE aggregate = 1 AND ") + condition;
  return static_cast<double>((*database)->number(sql.c_str()).value()) / (1 << 20);
}

struct Kind {
  const char* name;
  std::string (*text)(const Vocabulary&, Numbers&);
};

std::string beginning_of(const std::string& word) {
  std::size_t end = std::min<std::size_t>(word.size(), 3);
  while (end < word.size() && (static_cast<unsigned char>(word[end]) & 0xC0) == 0x80) ++end;
  return word.substr(0, end);
}

const Kind kKinds[] = {
    {"one word", [](const Vocabulary& v, Numbers& r) { return v.any(r); }},
    {"two words", [](const Vocabulary& v, Numbers& r) { return v.any(r) + ' ' + v.any(r); }},
    {"three words",
     [](const Vocabulary& v, Numbers& r) { return v.any(r) + ' ' + v.any(r) + ' ' + v.any(r); }},
    {"a beginning", [](const Vocabulary& v, Numbers& r) { return beginning_of(v.any(r)); }},
    {"a word and a beginning",
     [](const Vocabulary& v, Numbers& r) { return v.any(r) + ' ' + beginning_of(v.any(r)); }},
    {"a rare word", [](const Vocabulary& v, Numbers& r) { return v.at(kVocabulary - 1 - r() % 5'000); }},
    {"one letter",
     [](const Vocabulary&, Numbers& r) { return std::string(1, static_cast<char>('a' + r() % 26)); }},
    {"a rare word and a letter",
     [](const Vocabulary& v, Numbers& r) {
       return v.at(kVocabulary - 1 - r() % 5'000) + ' ' + static_cast<char>('a' + r() % 26);
     }},
    {"nothing", [](const Vocabulary&, Numbers& r) { return "zzzz" + std::to_string(r()); }},
};

void measure(storage::SqliteStore& store, int users, const Vocabulary& vocabulary, Numbers& random) {
  std::vector<double> all;
  std::printf("| %d user%s | p50 | p99 | max | found |\n| --- | --- | --- | --- | --- |\n", users,
              users == 1 ? "" : "s");
  const auto row = [](const char* name, std::vector<double>& times, double found) {
    std::sort(times.begin(), times.end());
    std::printf("| %s | %.2f | %.2f | %.2f | %.1f |\n", name, times[times.size() / 2],
                times[times.size() * 99 / 100], times.back(), found);
  };
  for (const Kind& kind : kKinds) {
    std::vector<double> times;
    std::size_t found = 0;
    for (int i = 0; i < kSearches; ++i) {
      SearchQuery query;
      query.user = "user" + std::to_string(random() % static_cast<unsigned>(users));
      query.surface = "chat";
      query.words = search::parse_query(kind.text(vocabulary, random)).value();
      const auto begun = std::chrono::steady_clock::now();
      found += wait_for<std::vector<SearchHit>>([&](auto done) {
                 store.search(std::move(query), std::move(done));
               }).size();
      times.push_back(
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count());
    }
    all.insert(all.end(), times.begin(), times.end());
    row(kind.name, times, static_cast<double>(found) / kSearches);
  }
  row("all", all, 0);
}

}  // namespace

int main(int argc, char** argv) {
  std::string directory = argc > 1 ? argv[1] : (fs::temp_directory_path() / "belay-bench-XXXXXX").string();
  if (argc > 1 ? !fs::create_directories(directory) : ::mkdtemp(directory.data()) == nullptr) {
    std::fprintf(stderr, "The directory %s exists already, or can not be made.\n", directory.c_str());
    return 1;
  }
  Numbers random(20261130);
  const Vocabulary vocabulary(random);
  for (const int users : {20, 1}) {
    const fs::path place = fs::path(directory) / std::to_string(users);
    fs::create_directory(place);
    auto store = std::move(storage::SqliteStore::open(place, {}).value());
    const double indexed = fill(*store, users, vocabulary, random, MessageKind::chat);
    measure(*store, users, vocabulary, random);
    store.reset();
    std::printf("\n%d messages stored and indexed in %.1f s; %.1f MiB of index, %.1f MiB of messages\n",
                kMessages, indexed, mebibytes_of(place / "belay.db", "name LIKE '%search%'"),
                mebibytes_of(place / "belay.db", "name = 'messages'"));
    fs::remove_all(place);
    fs::create_directory(place);
    store = std::move(storage::SqliteStore::open(place, {}).value());
    const double stored = fill(*store, users, vocabulary, random, MessageKind::command);
    std::printf("%d commands, which are not indexed, stored in %.1f s\n\n", kMessages, stored);
  }
  fs::remove_all(directory);
}
