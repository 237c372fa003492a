// Tests that every implementation of core/ports/channel_store.hpp must pass, the fake in core/ports/testing/ too.
//
// Included only by tests.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/ports/channel_store.hpp"

namespace belay {

// One empty store.
class ChannelStoreEngine {
 public:
  virtual ~ChannelStoreEngine() = default;
  virtual ChannelStore& store() = 0;
  // What a `kill -9` of the store's process leaves is opened again.
  virtual void reopen() = 0;
};
using ChannelStoreEngineFactory = std::function<std::unique_ptr<ChannelStoreEngine>()>;

class ChannelStoreContract : public ::testing::TestWithParam<ChannelStoreEngineFactory> {
 protected:
  template <class T, class Call>
  static Result<T> wait_for(Call call) {
    auto promise = std::make_shared<std::promise<Result<T>>>();
    auto result = promise->get_future();
    call([promise](Result<T> value) { promise->set_value(std::move(value)); });
    return result.get();
  }
  static ChannelRecord record(const std::string& user = "ada", Epoch epoch = 100) {
    ChannelRecord record;
    record.log = channel_id(user, "sendsage");
    record.user = user;
    record.surface = "sendsage";
    record.created = {1'000'000};
    record.epochs = {{epoch, 1}};
    return record;
  }
  // Messages that say their offset.
  static ArchivedRange range(Offset first, std::uint32_t count, WallTime time = {1'000'000},
                             const std::string& user = "ada", Epoch epoch = 100) {
    auto bytes = std::make_shared<std::string>();
    for (Offset at = first; at < first + count; ++at)
      append_event(EventType::channel_message, Milliseconds(0), std::to_string(at), *bytes);
    return {channel_id(user, "sendsage"), epoch, first, count, time, std::move(bytes)};
  }
  Result<Offset> put(const ChannelRecord& record, std::vector<ArchivedRange> ranges,
                     ChannelRetention retention = {}) {
    return wait_for<Offset>([&](auto done) {
      engine_->store().put_channel(record, std::move(ranges), retention, std::move(done));
    });
  }
  std::optional<ChannelRecord> find(const std::string& user = "ada") {
    auto found = wait_for<std::optional<ChannelRecord>>(
        [&](auto done) { engine_->store().find_channel(channel_id(user, "sendsage"), std::move(done)); });
    EXPECT_TRUE(found);
    return found ? *found : std::nullopt;
  }
  // "3 4 5": what the events from there on say.
  std::string read(Offset from, std::size_t max_bytes = 1 << 20, const std::string& user = "ada") {
    const auto ranges = wait_for<std::vector<ArchivedRange>>([&](auto done) {
      engine_->store().read_events(channel_id(user, "sendsage"), from, max_bytes, std::move(done));
    });
    EXPECT_TRUE(ranges);
    std::string said;
    for (const ArchivedRange& each : ranges.value()) {
      EventReader reader({each.first, each.base_time, *each.bytes});
      for (Event event; reader.next(event);)
        if (event.offset >= from) said.append(said.empty() ? "" : " ").append(event.payload);
    }
    return said;
  }

  const std::unique_ptr<ChannelStoreEngine> engine_ = GetParam()();
};

TEST_P(ChannelStoreContract, S1_what_is_put_is_found_also_after_a_kill) {
  EXPECT_FALSE(find());
  EXPECT_EQ(put(record(), {range(1, 2), range(3, 2)}).value(), 1u);
  engine_->reopen();
  const auto found = find();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user, "ada");
  EXPECT_EQ(found->surface, "sendsage");
  EXPECT_EQ(found->created.ms, 1'000'000);
  ASSERT_EQ(found->epochs.size(), 1u);
  EXPECT_EQ(found->epochs[0].epoch, 100u);
  EXPECT_EQ(found->first, 1u);
  EXPECT_EQ(found->last, 4u);
  EXPECT_EQ(read(1), "1 2 3 4");
  EXPECT_EQ(read(3), "3 4");
  EXPECT_EQ(read(5), "");
}

TEST_P(ChannelStoreContract, S1_a_range_that_is_stored_already_does_not_change_and_the_rest_of_one_is_added) {
  ASSERT_TRUE(put(record(), {range(1, 2)}));
  ASSERT_TRUE(put(record(), {range(1, 2)}));
  ASSERT_TRUE(put(record(), {range(1, 5)}));
  EXPECT_EQ(read(1), "1 2 3 4 5");
  EXPECT_EQ(find()->last, 5u);
}

TEST_P(ChannelStoreContract, S1_a_gap_is_refused_and_changes_nothing) {
  ASSERT_TRUE(put(record(), {range(1, 2)}));
  EXPECT_EQ(put(record(), {range(4, 1)}).error().code, ErrorCode::conflict);
  EXPECT_EQ(find()->last, 2u);
  EXPECT_EQ(read(1), "1 2");
}

TEST_P(ChannelStoreContract, S1_only_the_newest_events_are_kept_in_whole_ranges) {
  ChannelRetention few;
  few.max_events = 4;
  EXPECT_EQ(put(record(), {range(1, 2), range(3, 2), range(5, 2)}, few).value(), 3u);
  EXPECT_EQ(find()->first, 3u);
  EXPECT_EQ(read(3), "3 4 5 6");
  EXPECT_EQ(read(1), "") << "there would be a gap";
  EXPECT_EQ(put(record(), {range(7, 9)}, few).value(), 7u) << "one range is always kept";
  ChannelRetention small;
  small.max_bytes = 1;
  EXPECT_EQ(put(record(), {range(16, 1)}, small).value(), 16u);
}

TEST_P(ChannelStoreContract, S1_a_reader_gets_as_much_as_it_asks_for_and_goes_on) {
  ASSERT_TRUE(put(record(), {range(1, 2), range(3, 2), range(5, 2)}));
  EXPECT_EQ(read(1, 1), "1 2");
  EXPECT_EQ(read(3, 1), "3 4");
}

TEST_P(ChannelStoreContract, C11_a_conversation_is_erased_in_place_and_stays_so) {
  const auto said = [](const std::string& conversation, const std::string& text) {
    ChannelMessage message;
    message.kind = ChannelMessage::Kind::piece;
    message.conversation = conversation;
    message.text = text;
    return encode(message);
  };
  const auto made = [&](Offset first, std::initializer_list<std::string> payloads) {
    ArchivedRange made = range(first, 0);
    auto bytes = std::make_shared<std::string>();
    for (const std::string& payload : payloads)
      append_event(EventType::channel_message, Milliseconds(0), payload, *bytes);
    made.count = static_cast<std::uint32_t>(payloads.size());
    made.bytes = std::move(bytes);
    return made;
  };
  const std::string gone = said("c", "zebra"), kept = said("d", "horse");
  const std::vector<ArchivedRange> ranges{made(1, {gone, kept}), made(3, {kept}), made(4, {gone})};
  ASSERT_TRUE(put(record(), ranges));
  Erasure erasure;
  erasure.user = "ada";
  erasure.surface = "sendsage";
  erasure.conversation = "c";
  erasure.through = {2'000'000};
  const auto erase = [&] {
    return wait_for<void>([&](auto done) { engine_->store().erase_from_channel(erasure, std::move(done)); });
  };
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(erase());
    const std::string all = read(1);
    EXPECT_EQ(all.find("zebra"), std::string::npos);
    EXPECT_NE(all.find("horse"), std::string::npos);
    EXPECT_EQ(find()->first, 1u);
    EXPECT_EQ(find()->last, 4u);
    ASSERT_TRUE(put(record(), ranges)) << "what is stored does not change";
    engine_->reopen();
  }
  erasure.user = "nobody";
  ASSERT_TRUE(erase()) << "there is no such channel";
}

TEST_P(ChannelStoreContract, S1_old_events_are_swept_and_the_channel_goes_on) {
  ASSERT_TRUE(put(record(), {range(1, 2), range(3, 1, {2'000'000})}));
  ASSERT_TRUE(put(record("bob"), {range(1, 1, {1'000'000}, "bob")}));
  ASSERT_TRUE(put(record("eve"), {range(1, 1, {2'000'000}, "eve")}));
  const auto sweep = [&](WallTime before) {
    return wait_for<std::uint64_t>(
               [&](auto done) { engine_->store().sweep_channels(before, std::move(done)); })
        .value();
  };
  EXPECT_EQ(sweep({1'500'000}), 2u);
  EXPECT_EQ(sweep({1'500'000}), 0u);
  EXPECT_EQ(find()->first, 3u);
  EXPECT_EQ(read(3), "3");
  EXPECT_EQ(find("bob")->first, 2u);
  EXPECT_EQ(find("bob")->last, 1u);
  EXPECT_EQ(find("eve")->first, 1u);
  ASSERT_TRUE(put(record("bob"), {range(2, 1, {2'000'000}, "bob")}));
  EXPECT_EQ(read(2, 1 << 20, "bob"), "2");
}

TEST_P(ChannelStoreContract, X18_a_new_channel_of_the_same_user_replaces_the_old_one) {
  ASSERT_TRUE(put(record(), {range(1, 3)}));
  ASSERT_TRUE(put(record("ada", 200), {range(1, 1, {3'000'000}, "ada", 200)}));
  EXPECT_EQ(find()->epochs.front().epoch, 200u);
  EXPECT_EQ(find()->last, 1u);
  EXPECT_EQ(read(1), "1");
}

TEST_P(ChannelStoreContract, X1_after_a_loss_every_channel_begins_a_new_epoch_behind_what_is_stored) {
  ASSERT_TRUE(put(record(), {range(1, 2)}));
  const auto begin = [&](Epoch epoch) {
    ASSERT_TRUE(
        wait_for<void>([&](auto done) { engine_->store().begin_channel_epoch(epoch, std::move(done)); }));
  };
  begin(300);
  begin(250);
  engine_->reopen();
  ASSERT_TRUE(put(record("bob", 400), {range(1, 1, {1'000'000}, "bob", 400)}));
  const auto found = find();
  ASSERT_EQ(found->epochs.size(), 2u);
  EXPECT_EQ(found->epochs[1].epoch, 300u);
  EXPECT_EQ(found->epochs[1].first, 3u);
  EXPECT_EQ(find("bob")->epochs.size(), 1u);
  ASSERT_TRUE(put(*found, {range(3, 1, {1'000'000}, "ada", 300)}));
  EXPECT_EQ(find()->epochs.size(), 2u);
  EXPECT_EQ(find()->epochs[1].first, 3u);
}

}  // namespace belay
