#include "services/uploads/upload_receiver.hpp"

#include <utility>

#include "base/run_in_turn.hpp"
#include "uploads/upload_reader.hpp"

namespace belay::services {

// Used by one thread at a time: the loop waits for the pool.
struct UploadReceiver::Work {
  explicit Work(Order&& order)
      : keys(std::move(order.keys)),
        key(keys->current()),
        reader(order.label.format, order.config),
        label(std::move(order.label)),
        was_erased(std::move(order.was_erased)) {
    sealed.user = std::move(order.user);
    sealed.id = std::move(order.id);
    sealed.key = key.id();
    sealer = std::make_unique<Sealer>(key, sealed_content_of(sealed));
  }

  Result<> take(std::string_view bytes) {
    if (auto fine = reader.push(bytes); !fine) return fine;
    label.size.value += bytes.size();
    while (!bytes.empty()) {
      const std::string_view part = bytes.substr(0, kSealedPiece - piece.size());
      piece.append(part);
      bytes.remove_prefix(part.size());
      if (piece.size() < kSealedPiece) break;
      content.push_back(sealer->seal(piece, Sealer::Place::more_follows));
      piece.clear();
    }
    return {};
  }
  Result<AcceptedUpload> finish() {
    auto upload = reader.finish();
    if (!upload) return upload.error();
    content.push_back(sealer->seal(piece, Sealer::Place::last));
    sealed.label = seal_label(key, sealed, label);
    sealed.derived = seal_derived(key, sealed, *upload);
    return AcceptedUpload{std::move(sealed),  std::move(content),    std::move(label),
                          std::move(*upload), std::move(was_erased), {}};
  }

  const std::shared_ptr<const SealingKeys> keys;
  const SealingKey& key;
  uploads::UploadReader reader;
  UploadLabel label;
  std::shared_ptr<const std::atomic<bool>> was_erased;
  StoredUpload sealed;
  std::unique_ptr<Sealer> sealer;
  std::string piece;  // not sealed yet
  std::vector<std::string> content;
};

UploadReceiver::UploadReceiver(Loop& loop, FairThreadPool& pool, Order order)
    : loop_(loop),
      pool_(pool),
      turn_place_(pool.next_place()),
      user_(order.user),
      place_(std::move(order.place)) {
  work_ = std::make_shared<Work>(std::move(order));
}

UploadReceiver::~UploadReceiver() = default;

Awaitable<Result<>> UploadReceiver::process(std::string bytes) {
  auto work = [work = work_, bytes = std::move(bytes)](const FairThreadPool::Turn&) {
    return std::optional<Result<>>(work->take(bytes));
  };
  co_return co_await run_in_turn<void>(loop_, pool_, user_, turn_place_, std::move(work));
}

Awaitable<Result<>> UploadReceiver::push(std::string bytes) {
  if (waiting_.empty())
    waiting_ = std::move(bytes);
  else
    waiting_.append(bytes);
  if (waiting_.size() < kSealedPiece) co_return Result<>();
  std::string batch = std::exchange(waiting_, {});
  co_return co_await process(std::move(batch));
}

Awaitable<Result<AcceptedUpload>> UploadReceiver::finish() {
  auto work = [work = work_, bytes = std::exchange(waiting_, {})](const FairThreadPool::Turn&) {
    if (auto fine = work->take(bytes); !fine) return std::optional(Result<AcceptedUpload>(fine.error()));
    return std::optional(work->finish());
  };
  auto accepted = co_await run_in_turn<AcceptedUpload>(loop_, pool_, user_, turn_place_, std::move(work));
  if (accepted) accepted->place = std::move(place_);
  co_return accepted;
}

}  // namespace belay::services
