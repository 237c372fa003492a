#include "services/uploads/uploads.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/await.hpp"
#include "base/run_in_turn.hpp"
#include "base/utf8.hpp"

namespace belay::services {
namespace {

// In the limits, and in the gate of removals.
constexpr const char* kUploads = "uploads";
constexpr std::size_t kIdBytes = 16;

Error no_such_upload() {
  return make_error(ErrorCode::not_found, "There is no such upload. Check its id.", "id");
}

// 32 hexadecimal digits that nobody can guess.
std::string new_id(Random& random) {
  std::array<std::byte, kIdBytes> bytes{};
  random.fill(bytes);
  std::string id;
  for (const std::byte byte : bytes) id += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return id;
}

// Without the path that some browsers send, and not longer than kMaxFileName.
Result<std::string> clean_name(std::string_view name) {
  name.remove_prefix(name.find_last_of("/\\") + 1);
  const bool has_controls =
      std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (name.empty() || name.size() > kMaxFileName || has_controls || !is_valid_utf8(name))
    return make_error(
        ErrorCode::unprocessable,
        fmt::format("The file needs a name of 1 to {} bytes, without control characters.", kMaxFileName),
        "filename");
  return std::string(name);
}

Result<ReadUpload> read_upload(const SealingKeys& keys, const StoredUpload& upload) {
  auto label = open_label(keys, upload);
  if (!label) return label.error();
  auto derived = open_derived(keys, upload);
  if (!derived) return derived.error();
  return ReadUpload{{upload.id, upload.created, std::move(*label)}, std::move(*derived)};
}

// Opens the pieces in place, turn by turn.
struct Opening {
  std::shared_ptr<const SealingKeys> keys;
  UploadWithContent sealed;
  std::unique_ptr<Opener> opener{};
  UploadLabel label{};
  std::size_t next = 0;

  std::optional<Result<UploadContent>> work(const FairThreadPool::Turn& turn) {
    if (!opener)
      if (auto begun = begin(); !begun) return Result<UploadContent>(begun.error());
    std::vector<std::string>& content = sealed.content;
    do {
      auto piece = opener->open(content[next]);
      if (!piece) return Result<UploadContent>(does_not_open(sealed.upload, "content"));
      content[next] = std::move(*piece);
      if (++next < content.size()) continue;
      if (!opener->has_ended())
        return Result<UploadContent>(does_not_open(sealed.upload, "end of the content"));
      return Result<UploadContent>(
          UploadContent{{sealed.upload.id, sealed.upload.created, std::move(label)}, std::move(content), {}});
    } while (!turn.is_over());
    return std::nullopt;
  }

 private:
  Result<> begin() {
    auto opened = open_label(*keys, sealed.upload);
    if (!opened) return opened.error();
    label = std::move(*opened);
    const auto key = key_of(*keys, sealed.upload);
    if (!key) return key.error();
    if (sealed.content.empty()) return does_not_open(sealed.upload, "content");
    opener = std::make_unique<Opener>(**key, sealed_content_of(sealed.upload));
    return {};
  }
};

}  // namespace

Uploads::Uploads(Parts parts, std::shared_ptr<const SealingKeys> keys)
    : parts_(std::move(parts)),
      keys_(std::move(keys)),
      rotation_({parts_.store, parts_.pool, parts_.clock, keys_, parts_.report}) {}

Result<std::shared_ptr<const SealingKeys>> Uploads::keys() const {
  if (auto keys = keys_.take()) return keys;
  Error error =
      make_error(ErrorCode::unavailable,
                 "This server takes no files: it has no key to encrypt them with. Ask its operator.");
  error.advice = "Configure a key in uploads.keys.";
  return error;
}

std::shared_ptr<std::atomic<bool>> Uploads::arriving(const std::string& user) {
  auto was_erased = std::make_shared<std::atomic<bool>>(false);
  const std::lock_guard lock(mutex_);
  std::erase_if(arriving_, [](const auto& each) { return each.second.expired(); });
  arriving_.emplace(user, was_erased);
  return was_erased;
}

void Uploads::forget_arriving(const Erasure& erasure) {
  if (erasure.what != Erasure::What::user) return;
  const std::lock_guard lock(mutex_);
  const auto [begin, end] = arriving_.equal_range(erasure.user);
  for (auto each = begin; each != end; ++each)
    if (const auto was_erased = each->second.lock()) *was_erased = true;
}

Awaitable<Limiter::Outcome> Uploads::reserve(Loop& loop, Deadline deadline, Caller caller) {
  Limiter::Action action{kUploads, "upload", std::move(caller), deadline};
  co_return co_await parts_.limiter.reserve(loop, std::move(action));
}

Awaitable<Uploads::Receiving> Uploads::receive(Loop& loop, Deadline deadline, Caller caller,
                                               std::string file_name, Admission place) {
  auto with = keys();
  if (!with) {
    parts_.report(with.error());
    co_return Receiving{with.error()};
  }
  auto name = clean_name(file_name);
  if (!name) co_return Receiving{name.error()};
  const auto format = uploads::format_of(*name);
  if (!format) co_return Receiving{format.error()};
  if (place.run() == RunId()) {
    auto held = co_await reserve(loop, deadline, caller);
    if (!held.held) co_return Receiving{held.held.error(), std::move(held.limit)};
    place = std::move(*held.held);
  }
  // Known before the file is sent. store() decides.
  const auto usage = co_await call<&UploadStore::upload_usage>(loop, deadline, parts_.store, caller.user);
  if (!usage) co_return Receiving{usage.error()};
  if (auto refused = refused_by(parts_.storage.limits, *usage, {})) co_return Receiving{std::move(*refused)};
  UploadReceiver::Order order{caller.user,     new_id(parts_.random), {std::move(*name), *format, {}},
                              parts_.file,     std::move(*with),      arriving(caller.user),
                              std::move(place)};
  co_return Receiving{std::make_unique<UploadReceiver>(loop, parts_.pool, std::move(order))};
}

Awaitable<Result<UploadInfo>> Uploads::store(Loop& loop, Deadline deadline, AcceptedUpload accepted) {
  StoredUpload& sealed = accepted.sealed;
  auto pass = parts_.gate.enter(sealed.user, kUploads, {});
  if (!pass) {
    Error error = pass.error();
    error.detail = "Your data is being removed. Try again in a moment.";
    co_return error;
  }
  if (*accepted.was_erased)
    co_return make_error(
        ErrorCode::conflict,
        "Your data was removed while this file arrived, so it was not stored. Upload it again.", "file");
  if (const auto with = keys_.take(); !with || !with->find(sealed.key))
    co_return make_error(ErrorCode::unavailable,
                         "The server's keys were changed while this file arrived. Upload it again.", "file");
  sealed.created = parts_.clock.wall();
  UploadInfo info{sealed.id, sealed.created, std::move(accepted.label)};
  const auto stored = co_await call<&UploadStore::put_upload>(
      loop, deadline, parts_.store, std::move(sealed), std::move(accepted.content), parts_.storage.limits);
  if (!stored) co_return stored.error();
  co_return info;
}

UploadInfo Uploads::info_of(const SealingKeys& keys, const StoredUpload& upload) const {
  UploadInfo info{upload.id, upload.created, std::nullopt};
  auto label = open_label(keys, upload);
  if (label)
    info.label = std::move(*label);
  else
    parts_.report(label.error());
  return info;
}

Awaitable<Result<UploadPage>> Uploads::list(Loop& loop, Deadline deadline, std::string user,
                                            std::optional<UploadPlace> before, std::size_t max) {
  auto found = co_await call<&UploadStore::list_uploads>(loop, deadline, parts_.store, std::move(user),
                                                         std::move(before), max);
  if (!found) co_return found.error();
  UploadPage page{{}, std::move(found->next)};
  const auto with = keys_.take();
  for (const StoredUpload& upload : found->uploads)
    page.uploads.push_back(with ? info_of(*with, upload)
                                : UploadInfo{upload.id, upload.created, std::nullopt});
  co_return page;
}

Awaitable<Result<ReadUpload>> Uploads::get(Loop& loop, Deadline deadline, std::string user, std::string id) {
  auto with = keys();
  if (!with) co_return with.error();
  auto found = co_await call<&UploadStore::find_upload>(loop, deadline, parts_.store, user, std::move(id));
  if (!found) co_return found.error();
  if (!*found) co_return no_such_upload();
  auto work = [keys = std::move(*with), upload = std::move(**found)](const FairThreadPool::Turn&) {
    return std::optional(read_upload(*keys, upload));
  };
  const std::uint64_t place = parts_.pool.next_place();
  auto result = co_await run_in_turn<ReadUpload>(loop, parts_.pool, std::move(user), place, std::move(work));
  if (!result && !result.error().advice.empty()) parts_.report(result.error());
  co_return result;
}

Awaitable<Uploads::Content> Uploads::content(Loop& loop, Deadline deadline, Caller caller, std::string id) {
  auto with = keys();
  if (!with) co_return Content{with.error()};
  auto held = co_await reserve(loop, deadline, caller);
  if (!held.held) co_return Content{held.held.error(), std::move(held.limit)};
  auto found =
      co_await call<&UploadStore::read_upload>(loop, deadline, parts_.store, caller.user, std::move(id));
  if (!found) co_return Content{found.error()};
  if (!*found) co_return Content{no_such_upload()};
  auto work = [opening = Opening{std::move(*with), std::move(**found)}](
                  const FairThreadPool::Turn& turn) mutable { return opening.work(turn); };
  const std::uint64_t place = parts_.pool.next_place();
  auto result = co_await run_in_turn<UploadContent>(loop, parts_.pool, caller.user, place, std::move(work));
  if (!result && !result.error().advice.empty()) parts_.report(result.error());
  if (result) result->place = std::move(*held.held);
  co_return Content{std::move(result)};
}

Awaitable<Result<>> Uploads::remove(Loop& loop, Deadline deadline, std::string user, std::string id) {
  // The removal itself is not given up when the disk does not answer: this is.
  const auto found = co_await call<&UploadStore::find_upload>(loop, deadline, parts_.store, user, id);
  if (!found) co_return found.error();
  if (!*found) co_return Result<>();
  const auto removed = co_await call<&UploadStore::remove_upload>(loop, deadline, parts_.store,
                                                                  std::move(user), std::move(id));
  if (!removed) co_return removed.error();
  co_return Result<>();
}

Awaitable<Result<std::vector<ReadUpload>>> Uploads::newest_for_prompt(Loop& loop, Deadline deadline,
                                                                      std::string user, std::size_t max) {
  auto found = co_await call<&UploadStore::newest_uploads>(loop, deadline, parts_.store, user, max);
  if (!found) co_return found.error();
  const auto with = keys_.take();
  if (!with || found->empty()) co_return std::vector<ReadUpload>();
  using Each = std::vector<Result<ReadUpload>>;
  auto work = [keys = with, uploads = std::move(*found)](const FairThreadPool::Turn&) {
    Each each;
    for (const StoredUpload& upload : uploads) each.push_back(read_upload(*keys, upload));
    return std::optional(Result<Each>(std::move(each)));
  };
  const std::uint64_t place = parts_.pool.next_place();
  auto each = co_await run_in_turn<Each>(loop, parts_.pool, std::move(user), place, std::move(work));
  if (!each) co_return each.error();
  std::vector<ReadUpload> fine;
  for (Result<ReadUpload>& one : *each) {
    if (one)
      fine.push_back(std::move(*one));
    else
      parts_.report(one.error());
  }
  co_return fine;
}

void Uploads::sweep(Done<std::uint64_t> done) {
  if (parts_.storage.keep.count() == 0) return done(std::uint64_t{0});
  parts_.store.sweep_uploads(parts_.clock.wall() - parts_.storage.keep, std::move(done));
}

}  // namespace belay::services
