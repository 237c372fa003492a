// Tests that every implementation of core/ports/user_store.hpp, ledger_store.hpp, audit_log.hpp and
// revocation_store.hpp must pass, the fakes in core/ports/testing/ too. They run with the rest of the contract (store_contract.hpp); an implementation of
// Store implements these ports, too. There are two suites:
//
//   OperatorStoreContract           users, the ledger, the audit log and revocations
//   PermanentOperatorStoreContract  what survives a kill
//
// Included only by tests.
#pragma once

#include "core/ports/contracts/store_contract_fixture.hpp"
#include "core/types/caller.hpp"

namespace belay::storage {

class OperatorStoreContract : public StoreContract {
 protected:
  UserStore& users() { return engine_->users(*store_); }
  LedgerStore& ledger() { return engine_->ledger(*store_); }
  AuditLog& audit() { return engine_->audit(*store_); }
  RevocationStore& revocations() { return engine_->revocations(*store_); }

  // A settled answer that cost 1,000.
  SampleRun turn(const ConversationKey& key, const std::string& text, std::string model = "grok") {
    SampleRun run = sample({"to " + text}, key.id);
    run.record.user = key.user;
    run.record.surface = key.surface;
    run.record.model = std::move(model);
    run.record.cost = {1'000};
    EXPECT_TRUE(settle(run).value());
    return run;
  }

  std::string tier(const std::string& user) {
    return wait_for<std::string>([&](auto done) { users().tier_of(user, std::move(done)); }).value();
  }
  std::optional<UserRecord> user(const std::string& name) {
    return wait_for<std::optional<UserRecord>>([&](auto done) { users().find_user(name, std::move(done)); })
        .value();
  }
  UserRecord change(UserChange what, std::optional<AuditEntry> entry = {}) {
    return wait_for<UserRecord>([&](auto done) {
             users().change_user(std::move(what), clock_.wall(), std::move(entry), std::move(done));
           })
        .value();
  }
  UserPage list(UserQuery query) {
    return wait_for<UserPage>([&](auto done) { users().list_users(std::move(query), std::move(done)); })
        .value();
  }
  static std::vector<std::string> names_of(const UserPage& page) {
    std::vector<std::string> names;
    for (const UserRecord& user : page.users) names.push_back(user.name);
    return names;
  }

  AuditEntry entry(std::string action, std::string target) {
    clock_.advance(Milliseconds(1));
    return {clock_.wall(), "olga", std::move(action), std::move(target), R"({"a":1})"};
  }
  void append(AuditEntry what) {
    EXPECT_TRUE(wait_for<void>([&](auto done) { audit().append(std::move(what), std::move(done)); }));
  }
  AuditPage read_audit(AuditQuery query = {}) {
    return wait_for<AuditPage>([&](auto done) { audit().read_audit(std::move(query), std::move(done)); })
        .value();
  }
  // "action target", newest first.
  std::vector<std::string> audited(AuditQuery query = {}) {
    std::vector<std::string> texts;
    for (const AuditEntry& each : read_audit(std::move(query)).entries)
      texts.push_back(each.action + " " + each.target);
    return texts;
  }

  Revocation revocation(RevocationKey key, Milliseconds lasts = Milliseconds(60'000)) {
    return {std::move(key), clock_.wall(), clock_.wall() + lasts, "why", "olga"};
  }
  void put(const Revocation& what) {
    EXPECT_TRUE(wait_for<void>([&](auto done) {
      revocations().put_revocation(what, entry("revoke", what.key.name), std::move(done));
    }));
  }
  bool remove(const RevocationKey& key) {
    return wait_for<bool>([&](auto done) {
             revocations().remove_revocation(key, entry("lift", key.name), std::move(done));
           })
        .value();
  }
  RevocationPage revoked(std::optional<RevocationKey> after = {}, std::size_t max = 100) {
    return wait_for<RevocationPage>(
               [&](auto done) { revocations().list_revocations(after, clock_.wall(), max, std::move(done)); })
        .value();
  }

  UsagePage sums(UsageQuery query) {
    query.to = clock_.wall() + Milliseconds(1);
    return wait_for<UsagePage>([&](auto done) { ledger().usage_sums(std::move(query), std::move(done)); })
        .value();
  }
  // "key answers cost".
  std::vector<std::string> summed(UsageQuery query) {
    std::vector<std::string> texts;
    for (const UsageSum& sum : sums(std::move(query)).sums)
      texts.push_back(sum.key + " " + std::to_string(sum.totals.answers) + " " +
                      std::to_string(sum.totals.cost.value));
    return texts;
  }
  using Texts = std::vector<std::string>;
};
class PermanentOperatorStoreContract : public OperatorStoreContract {};

// ---- Users

TEST_P(OperatorStoreContract, X15AUsersTierIsWhatWasSetLast) {
  EXPECT_EQ(tier("ada"), "");
  for (const char* name : {"pro", "enterprise"}) change({"ada", name, {}});
  EXPECT_EQ(tier("ada"), "enterprise");
}

TEST_P(OperatorStoreContract, X19AChangeOfAUserLeavesTheRestAsItWas) {
  EXPECT_FALSE(user("ada"));
  EXPECT_EQ(change({"ada", "pro", {}}), (UserRecord{"ada", "pro", "", {}, {}}));
  EXPECT_EQ(change({"ada", {}, "tracking"}), (UserRecord{"ada", "pro", "tracking", {}, {}}));
  EXPECT_EQ(user("ada"), (UserRecord{"ada", "pro", "tracking", {}, {}}));
  EXPECT_EQ(change({"ada", "", ""}), (UserRecord{"ada", "", "", {}, {}}));
}

TEST_P(OperatorStoreContract, X19AUserIsThereFromTheFirstSettledAnswerOn) {
  const SampleRun first = turn({"ada", "chat", "c1"}, "one");
  const SampleRun second = turn({"ada", "chat", "c1"}, "two");
  turn({anonymous_user("eve"), "persona", "c1"}, "hers");
  ASSERT_TRUE(user("ada"));
  EXPECT_EQ(user("ada")->first_seen, first.record.created);
  EXPECT_EQ(user("ada")->last_seen, second.record.created);
  EXPECT_EQ(names_of(list({})), Texts{"ada"}) << "who does not sign in is no user";
  EXPECT_EQ(change({"ada", "pro", {}}).last_seen, second.record.created);
  change({"bob", "pro", {}});
  const SampleRun his = turn({"bob", "chat", "c1"}, "one");
  EXPECT_EQ(user("bob"), (UserRecord{"bob", "pro", "", his.record.created, his.record.created}));
}

TEST_P(OperatorStoreContract, X19AnAnswerCountsAsSoonAsItsSettlementWasRequested) {
  for (int i = 0; i < 20; ++i) {
    SampleRun run = sample({"word"}, "c1");
    run.record.user = "user" + std::to_string(i);
    run.record.surface = "chat";
    store_->settle(run.record, run.ranges, {}, [](Result<bool>) {});
    if (i % 2 == 0)
      EXPECT_EQ(names_of(list({run.record.user, {}, 1})), Texts{run.record.user});
    else
      EXPECT_EQ(sums({.by = UsageBy::surface}).sums.at(0).totals.answers, static_cast<std::uint64_t>(i + 1));
  }
}

TEST_P(OperatorStoreContract, X19UsersAreListedByNameInPagesAndByPrefix) {
  for (const char* name : {"bob", "ann", "anna", "an", "Ann", "zoë", "anñ"}) change({name, "pro", {}});
  EXPECT_EQ(names_of(list({})), (Texts{"Ann", "an", "ann", "anna", "anñ", "bob", "zoë"}));
  EXPECT_EQ(names_of(list({"ann", {}, 10})), (Texts{"ann", "anna"}));
  EXPECT_EQ(names_of(list({"x", {}, 10})), Texts{});
  const UserPage page = list({"an", {}, 2});
  EXPECT_EQ(names_of(page), (Texts{"an", "ann"}));
  ASSERT_TRUE(page.next);
  const UserPage rest = list({"an", *page.next, 2});
  EXPECT_EQ(names_of(rest), (Texts{"anna", "anñ"}));
  EXPECT_FALSE(rest.next);
}

TEST_P(OperatorStoreContract, X18AnErasedUserIsUnknownUntilTheNextAnswer) {
  const auto erase = [&](const char* name) {
    return wait_for<bool>([&](auto done) { users().erase_user(name, std::move(done)); }).value();
  };
  turn({"ada", "chat", "c1"}, "one");
  change({"ada", "pro", {}});
  EXPECT_TRUE(erase("ada"));
  EXPECT_FALSE(user("ada"));
  EXPECT_EQ(tier("ada"), "");
  EXPECT_FALSE(erase("ada"));
  const SampleRun next = turn({"ada", "chat", "c1"}, "two");
  EXPECT_EQ(user("ada")->first_seen, next.record.created);
}

// ---- The ledger

TEST_P(OperatorStoreContract, UsageAddsUpTheLedgerOfAUserOrOfAConversation) {
  const WallTime start = clock_.wall();
  turn({"ada", "chat", "c1"}, "one");
  turn({"ada", "chat", "c2"}, "two");
  turn({"bob", "chat", "c1"}, "his");
  const auto usage = [&](std::string conversation, WallTime since) {
    return wait_for<UsageTotals>([&](auto done) {
             ledger().usage_since({"ada", "chat", std::move(conversation)}, since, std::move(done));
           })
        .value();
  };
  EXPECT_EQ(usage("", start).answers, 2u);
  EXPECT_EQ(usage("", start).cost, NanoDollars{2'000});
  EXPECT_EQ(usage("", start).input, TokenCount{22});
  EXPECT_EQ(usage("c2", start).answers, 1u);
  const AnswerSource sources[] = {AnswerSource::shared, AnswerSource::cached, AnswerSource::stale,
                                  AnswerSource::ready};
  for (const AnswerSource source : sources) {
    SampleRun run = sample({"again"}, "c2");
    run.record.surface = "chat";
    run.record.source = source;
    const auto settled =
        wait_for<bool>([&](auto done) { store_->settle(run.record, run.ranges, {}, std::move(done)); });
    ASSERT_TRUE(settled && *settled);
  }
  EXPECT_EQ(usage("c2", start).answers, 4u) << "a command's is no answer";
  EXPECT_EQ(usage("c2", start).cached, 3u);
  EXPECT_EQ(usage("", clock_.wall() + Milliseconds(1)).answers, 0u);
}

TEST_P(OperatorStoreContract, X19UsageIsSummedUpByUserModelSurfaceAndDay) {
  turn({"ada", "chat", "c1"}, "one");
  turn({"ada", "persona", "c1"}, "two", "claude");
  turn({"bob", "chat", "c1"}, "his");
  const std::string today = iso8601(clock_.wall()).substr(0, 10);
  clock_.advance(std::chrono::hours(24));
  turn({"bob", "chat", "c1"}, "again");
  const std::string tomorrow = iso8601(clock_.wall()).substr(0, 10);
  EXPECT_EQ(summed({.by = UsageBy::user}), (Texts{"ada 2 2000", "bob 2 2000"}));
  EXPECT_EQ(summed({.by = UsageBy::model}), (Texts{"claude 1 1000", "grok 3 3000"}));
  EXPECT_EQ(summed({.by = UsageBy::surface}), (Texts{"chat 3 3000", "persona 1 1000"}));
  EXPECT_EQ(summed({.by = UsageBy::day}), (Texts{today + " 3 3000", tomorrow + " 1 1000"}));
  EXPECT_EQ(summed({.by = UsageBy::model, .user = "ada"}), (Texts{"claude 1 1000", "grok 1 1000"}));
  EXPECT_EQ(summed({.from = clock_.wall(), .by = UsageBy::user}), Texts{"bob 1 1000"});
  const UsagePage page = sums({.by = UsageBy::user, .max = 1});
  ASSERT_TRUE(page.next);
  EXPECT_EQ(summed({.by = UsageBy::user, .after = *page.next, .max = 1}), Texts{"bob 2 2000"});
  EXPECT_FALSE(sums({.by = UsageBy::user, .after = *page.next, .max = 1}).next);
}

// ---- The audit log

TEST_P(OperatorStoreContract, X19TheAuditLogIsReadNewestFirstInPagesAndByTargetAndAction) {
  EXPECT_EQ(audited(), Texts{});
  const AuditEntry first = entry("user.tier", "ada");
  append(first);
  append(entry("user.phase", "ada"));
  append(entry("user.tier", "bob"));
  EXPECT_EQ(audited(), (Texts{"user.tier bob", "user.phase ada", "user.tier ada"}));
  EXPECT_EQ(read_audit().entries.back(), first);
  EXPECT_EQ(audited({.target = "ada"}), (Texts{"user.phase ada", "user.tier ada"}));
  EXPECT_EQ(audited({.action = "user.tier"}), (Texts{"user.tier bob", "user.tier ada"}));
  EXPECT_EQ(audited({.target = "ada", .action = "user.tier"}), Texts{"user.tier ada"});
  const AuditPage page = read_audit({.max = 2});
  ASSERT_TRUE(page.older);
  append(entry("user.tier", "eve"));
  EXPECT_EQ(audited({.before = page.older, .max = 2}), Texts{"user.tier ada"});
  EXPECT_FALSE(read_audit({.before = page.older, .max = 2}).older);
}

TEST_P(OperatorStoreContract, X19AChangeAndItsEntryAreWrittenTogether) {
  change({"ada", "pro", {}}, entry("user.tier", "ada"));
  put(revocation({RevocationKey::Kind::user, "ada"}));
  EXPECT_TRUE(remove({RevocationKey::Kind::user, "ada"}));
  EXPECT_FALSE(remove({RevocationKey::Kind::user, "ada"})) << "nothing happened, so nothing is in the log";
  EXPECT_EQ(audited(), (Texts{"lift ada", "revoke ada", "user.tier ada"}));
}

// ---- Revocations

TEST_P(OperatorStoreContract, X19RevocationsAreListedUntilTheyAreLiftedOrExpire) {
  using Kind = RevocationKey::Kind;
  const Revocation of_token = revocation({Kind::token, "jti-1"});
  const Revocation of_bob = revocation({Kind::user, "bob"}, Milliseconds(120'000));
  put(of_token);
  put(of_bob);
  put(revocation({Kind::user, "ada"}));
  Revocation again = revocation({Kind::user, "ada"});
  again.reason = "another";
  put(again);
  EXPECT_EQ(revoked().revocations, (std::vector<Revocation>{again, of_bob, of_token}));
  EXPECT_FALSE(remove({Kind::token, "ada"}));
  EXPECT_TRUE(remove({Kind::user, "ada"}));
  const RevocationPage page = revoked({}, 1);
  EXPECT_EQ(page.revocations, std::vector<Revocation>{of_bob});
  ASSERT_TRUE(page.next);
  EXPECT_EQ(revoked(page.next).revocations, std::vector<Revocation>{of_token});
  clock_.advance(Milliseconds(60'000));
  EXPECT_EQ(revoked().revocations, std::vector<Revocation>{of_bob});
  EXPECT_FALSE(remove(of_token.key)) << "it has expired";
}

TEST_P(PermanentOperatorStoreContract, X19WhatOperatorsDidIsThereAfterAKill) {
  change({"ada", "pro", "tracking"}, entry("user.tier", "ada"));
  put(revocation({RevocationKey::Kind::user, "ada"}));
  store_ = engine_->open_after_kill(std::move(store_));
  ASSERT_NE(store_, nullptr);
  EXPECT_EQ(user("ada")->phase, "tracking");
  EXPECT_EQ(audited(), (Texts{"revoke ada", "user.tier ada"}));
  EXPECT_EQ(revoked().revocations.size(), 1u);
}

}  // namespace belay::storage
