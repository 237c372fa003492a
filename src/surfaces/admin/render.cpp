#include "surfaces/admin/render.hpp"

#include <iterator>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "base/run_id.hpp"
#include "surfaces/admin/parse.hpp"

namespace belay::surfaces::admin {
namespace {

// Writes the members of an object: {"a":"text","b":1}.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_.push_back('{'); }
  ~Object() { out_.push_back('}'); }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  Object& text(std::string_view name, std::string_view value) {
    begin(name).push_back('"');
    append_json_text(value, out_);
    out_.push_back('"');
    return *this;
  }
  // null if it is empty.
  Object& text_or_null(std::string_view name, std::string_view value) {
    return value.empty() ? raw(name, "null") : text(name, value);
  }
  // null if it is the beginning of 1970.
  Object& time(std::string_view name, WallTime value) {
    return value.ms == 0 ? raw(name, "null") : text(name, iso8601(value));
  }
  Object& number(std::string_view name, std::uint64_t value) { return raw(name, fmt::to_string(value)); }
  Object& raw(std::string_view name, std::string_view json) {
    begin(name).append(json);
    return *this;
  }
  // `write` appends one value.
  template <class Items, class Write>
  Object& list(std::string_view name, const Items& items, Write write) {
    begin(name).push_back('[');
    bool first = true;
    for (const auto& item : items) {
      if (!std::exchange(first, false)) out_.push_back(',');
      write(item, out_);
    }
    out_.push_back(']');
    return *this;
  }

 private:
  std::string& begin(std::string_view name) {
    if (!std::exchange(first_, false)) out_.push_back(',');
    out_.push_back('"');
    out_.append(name).append("\":");
    return out_;
  }

  std::string& out_;
  bool first_ = true;
};

std::string dollars(NanoDollars cost) {
  constexpr std::uint64_t kNanos = 1'000'000'000;
  return fmt::format("{}.{:09}", cost.value / kNanos, cost.value % kNanos);
}

void append_user(const UserRecord& user, std::string& out) {
  Object(out)
      .text("name", user.name)
      .text_or_null("tier", user.tier)
      .text_or_null("phase", user.phase)
      .time("first_seen", user.first_seen)
      .time("last_seen", user.last_seen);
}

void append_run(const LiveRun& run, std::string& out) {
  Object(out)
      .text("run_id", run.id.text())
      .text("user", run.user)
      .text("surface", run.surface)
      .text("mode", run.mode)
      .text("model", run.model)
      .text_or_null("conversation", run.conversation)
      .time("created", run.created)
      .text("state", to_string(run.state))
      .number("bytes", run.text_bytes)
      .number("readers", run.readers);
}

Object& add_revocation(const Revocation& revocation, Object& object) {
  return object.text(to_string(revocation.key.kind), revocation.key.name)
      .time("since", revocation.since)
      .time("expires", revocation.expires)
      .text("reason", revocation.reason)
      .text("revoked_by", revocation.revoked_by);
}

void append_entry(const AuditEntry& entry, std::string& out) {
  Object(out)
      .time("when", entry.when)
      .text("who", entry.who)
      .text("action", entry.action)
      .text("target", entry.target)
      .raw("details", entry.details);
}

}  // namespace

std::string render_user(const UserRecord& user) {
  std::string out;
  append_user(user, out);
  return out;
}

std::string render_added(const services::Contexts::Added& added) {
  return fmt::format(R"({{"added":{},"known":{},"climbs":{}}})", added.added, added.known, added.total);
}

std::string render_users(const UserPage& page) {
  std::string out;
  Object(out)
      .list("users", page.users, append_user)
      .text_or_null("next_cursor", page.next.value_or(std::string()));
  return out;
}

std::string render_usage(const UsagePage& page, const UsageQuery& query) {
  const auto append_sum = [by = to_string(query.by)](const UsageSum& sum, std::string& out) {
    Object(out)
        .text(by, sum.key)
        .number("answers", sum.totals.answers)
        .number("cached", sum.totals.cached)
        .number("input_tokens", sum.totals.input.value)
        .number("output_tokens", sum.totals.output.value)
        .raw("cost_usd", dollars(sum.totals.cost));
  };
  std::string out;
  Object(out)
      .time("from", query.from)
      .time("to", query.to)
      .text("by", to_string(query.by))
      .list("usage", page.sums, append_sum)
      .text_or_null("next_cursor", page.next.value_or(std::string()));
  return out;
}

std::string render_runs(const LiveRunPage& page) {
  std::string out;
  Object(out)
      .list("runs", page.runs, append_run)
      .text_or_null("next_cursor", page.next ? page.next->text() : std::string());
  return out;
}

std::string render_revoked(const services::Operators::Revoked& revoked) {
  std::string out;
  {
    Object object(out);
    add_revocation(revoked.revocation, object).number("ended_streams", revoked.streams);
  }
  return out;
}

std::string render_revocations(const RevocationPage& page) {
  const auto append = [](const Revocation& revocation, std::string& out) {
    Object object(out);
    add_revocation(revocation, object);
  };
  std::string out;
  Object(out)
      .list("revocations", page.revocations, append)
      .text_or_null("next_cursor", page.next ? cursor_of(*page.next) : std::string());
  return out;
}

std::string render_rotation(const services::UploadRotation::Status& status) {
  const auto append = [](const UploadStore::KeyCount& count, std::string& out) {
    Object(out).text("key", count.key).number("uploads", count.uploads);
  };
  std::string out;
  Object(out)
      .raw("running", status.running ? "true" : "false")
      .text_or_null("key", status.key)
      .number("left", status.left)
      .number("unreadable", status.unreadable)
      .list("other_keys", status.others, append);
  return out;
}

std::string render_audit(const AuditPage& page) {
  std::string out;
  Object(out)
      .list("entries", page.entries, append_entry)
      .text_or_null("next_cursor", page.older ? fmt::to_string(*page.older) : std::string());
  return out;
}

}  // namespace belay::surfaces::admin
