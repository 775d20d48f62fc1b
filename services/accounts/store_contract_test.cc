// What every Store does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/test_store.h"
#include "services/accounts/memory_store.h"
#include "services/accounts/migrations.h"
#include "services/accounts/sql_store.h"

namespace octavo::accounts {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

constexpr Timestamp kNoon = FakeClock::kNoon;
const PasswordHash kOld{"$argon2id$old"};
const PasswordHash kNew{"$argon2id$new"};
const std::string kAdaEmail = "ada@example.org";

// Hashes of tokens have 64 characters.
TokenHash Token(char c) { return TokenHash(std::string(64, c)); }

Customer Person(const std::string& id, const std::string& email, Role role = Role::kCustomer) {
  return {.id = CustomerId(id), .email = email, .full_name = "A " + id, .role = role, .created = kNoon};
}
const Customer kAda = Person("1", kAdaEmail);

Registration Of(const Customer& customer, char token, const std::string& request_id = "") {
  return {.token = Token(token), .request_id = request_id, .customer = customer, .password_hash = kOld, .expires = kNoon + 24h};
}

using TestStore = octavo::TestStore<Store, MemoryStore, SqlStore, Migrations>;

class StoreContractTest : public testing::TestWithParam<StoreKind> {
 protected:
  void AddCustomer(const Customer& customer) {
    ASSERT_TRUE(store_->AddRegistration(Of(customer, 'f')));
    ASSERT_THAT(store_->ConfirmRegistration(Token('f'), kNoon), IsOk());
  }
  bool AddSession(char token, Timestamp now = kNoon) { return store_->AddSession(Token(token), kAda.id, kOld, Steps::kOne, now); }
  bool HasSession(char token) { return store_->FindSession(Token(token)).has_value(); }

  TestStore store_{GetParam()};
};

// --- Registering

TEST_P(StoreContractTest, ARegistrationIsNoAccountUntilItIsConfirmed) {
  EXPECT_TRUE(store_->AddRegistration(Of(kAda, 'a')));
  EXPECT_FALSE(store_->FindByEmail(kAdaEmail).has_value());

  EXPECT_EQ(store_->ConfirmRegistration(Token('a'), kNoon).value(), kAda);

  const auto found = store_->FindByEmail(kAdaEmail);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->customer, kAda);
  EXPECT_EQ(found->password_hash, kOld);
  EXPECT_EQ(store_->FindCustomer(kAda.id)->customer, kAda);
}

TEST_P(StoreContractTest, ARegistrationIsConfirmedOnceAndInTime) {
  store_->AddRegistration(Of(kAda, 'a'));

  EXPECT_THAT(store_->ConfirmRegistration(Token('b'), kNoon), HasReason("BAD_TOKEN"));
  EXPECT_THAT(store_->ConfirmRegistration(Token('a'), kNoon + 24h), HasReason("BAD_TOKEN"));
  EXPECT_THAT(store_->ConfirmRegistration(Token('a'), kNoon + 24h - 1s), IsOk());
  EXPECT_THAT(store_->ConfirmRegistration(Token('a'), kNoon), HasReason("BAD_TOKEN"));
}

TEST_P(StoreContractTest, TheRegistrationThatIsConfirmedDecidesThePassword) {
  store_->AddRegistration(Of(kAda, 'a'));
  Registration later = Of(Person("2", kAdaEmail), 'b');
  later.password_hash = kNew;
  store_->AddRegistration(later);

  ASSERT_THAT(store_->ConfirmRegistration(Token('a'), kNoon), IsOk());

  EXPECT_EQ(store_->FindByEmail(kAdaEmail)->password_hash, kOld);
  EXPECT_THAT(store_->ConfirmRegistration(Token('b'), kNoon), HasReason("BAD_TOKEN"));
}

TEST_P(StoreContractTest, ARequestIdRegistersOnceAndAnEmptyOneNeverCounts) {
  EXPECT_TRUE(store_->AddRegistration(Of(kAda, 'a', "request")));
  EXPECT_FALSE(store_->AddRegistration(Of(kAda, 'b', "request")));
  EXPECT_TRUE(store_->AddRegistration(Of(kAda, 'c')));
  EXPECT_TRUE(store_->AddRegistration(Of(kAda, 'd')));
  EXPECT_THAT(store_->ConfirmRegistration(Token('b'), kNoon), HasReason("BAD_TOKEN"));
}

// --- Customers

TEST_P(StoreContractTest, ListsCustomersByIdBehindAnId) {
  AddCustomer(Person("2", "b@example.org"));
  AddCustomer(Person("1", "c@example.org"));
  AddCustomer(Person("3", "a@example.org"));

  EXPECT_THAT(store_->ListCustomers(CustomerId(), 2),
              ElementsAre(Field(&Customer::email, "c@example.org"), Field(&Customer::email, "b@example.org")));
  EXPECT_THAT(store_->ListCustomers(CustomerId("2"), 2), ElementsAre(Field(&Customer::email, "a@example.org")));
}

TEST_P(StoreContractTest, OnlyOwnersGiveRolesAndOneOwnerStays) {
  const Customer owner = store_->PutOwner(Person("9", "owner@example.org", Role::kOwner), kOld);
  AddCustomer(kAda);

  EXPECT_THAT(store_->SetRole(kAda.id, kAda.id, Role::kOwner), HasReason("NOT_ALLOWED"));
  EXPECT_THAT(store_->SetRole(CustomerId("7"), kAda.id, Role::kOwner), HasReason("NOT_ALLOWED"));
  EXPECT_THAT(store_->SetRole(owner.id, CustomerId("7"), Role::kOwner), HasReason("UNKNOWN_CUSTOMER"));
  EXPECT_THAT(store_->SetRole(owner.id, owner.id, Role::kManager), HasReason("LAST_OWNER"));
  EXPECT_THAT(store_->SetRole(owner.id, owner.id, Role::kOwner), IsOk());
  EXPECT_THAT(store_->Erase(owner.id, kNoon), HasReason("LAST_OWNER"));

  EXPECT_EQ(store_->SetRole(owner.id, kAda.id, Role::kOwner).value().role, Role::kOwner);
  EXPECT_EQ(store_->FindCustomer(kAda.id)->customer.role, Role::kOwner);
  EXPECT_THAT(store_->SetRole(kAda.id, owner.id, Role::kCustomer), IsOk());
  EXPECT_THAT(store_->Erase(owner.id, kNoon), IsOk());
}

TEST_P(StoreContractTest, TwoOwnersWhoDemoteEachOtherAtOnceLeaveOne) {
  const Customer one = store_->PutOwner(Person("1", "one@example.org", Role::kOwner), kOld);
  const Customer two = store_->PutOwner(Person("2", "two@example.org", Role::kOwner), kOld);

  std::thread first([&] { (void)store_->SetRole(one.id, two.id, Role::kCustomer); });
  (void)store_->SetRole(two.id, one.id, Role::kCustomer);
  first.join();

  int owners = 0;
  for (const Customer& customer : store_->ListCustomers(CustomerId(), 10)) {
    owners += customer.role == Role::kOwner;
  }
  EXPECT_EQ(owners, 1);
}

TEST_P(StoreContractTest, PutOwnerMakesAnExistingAccountAnOwnerWithTheNewPassword) {
  AddCustomer(kAda);
  AddSession('a');

  const Customer owner = store_->PutOwner(Person("9", kAdaEmail, Role::kOwner), kNew);

  EXPECT_EQ(owner.id, kAda.id);
  EXPECT_EQ(owner.role, Role::kOwner);
  EXPECT_EQ(store_->FindByEmail(kAdaEmail)->password_hash, kNew);
  EXPECT_FALSE(HasSession('a'));
}

TEST_P(StoreContractTest, ErasingLeavesNothingBehind) {
  AddCustomer(kAda);
  AddSession('a');
  store_->AddReset(Token('b'), kAda.id, kNoon + 1h);
  store_->AddRegistration(Of(Person("5", kAdaEmail), 'c'));
  const TokenHash codes[] = {Token('d')};
  store_->TurnOnTwoStep(kAda.id, {.sealed_secret = "sealed", .turned_on = kNoon}, codes, Token('a'));

  EXPECT_EQ(store_->Erase(kAda.id, kNoon).value(), kAda);
  EXPECT_FALSE(store_->FindTwoStep(kAda.id).has_value());

  EXPECT_FALSE(store_->FindByEmail(kAdaEmail).has_value());
  EXPECT_FALSE(HasSession('a'));
  EXPECT_FALSE(store_->FindReset(Token('b'), kNoon).has_value());
  EXPECT_THAT(store_->ConfirmRegistration(Token('c'), kNoon), HasReason("BAD_TOKEN"));
  EXPECT_FALSE(store_->ReadCustomerData(kAda.id).has_value());
  EXPECT_THAT(store_->Erase(kAda.id, kNoon), HasReason("UNKNOWN_CUSTOMER"));
}

TEST_P(StoreContractTest, CustomerDataIsEverythingThatIsKept) {
  AddCustomer(kAda);
  AddCustomer(Person("2", "b@example.org"));
  AddSession('a', kNoon + 1h);
  AddSession('b', kNoon);
  store_->AddReset(Token('c'), kAda.id, kNoon + 2h);
  store_->AddRegistration(Of(Person("5", kAdaEmail), 'd'));

  const auto data = store_->ReadCustomerData(kAda.id);

  ASSERT_TRUE(data.has_value());
  EXPECT_EQ(data->customer, kAda);
  EXPECT_THAT(data->sessions, ElementsAre(SessionTimes{kNoon, kNoon}, SessionTimes{kNoon + 1h, kNoon + 1h}));
  EXPECT_THAT(data->reset_expiries, ElementsAre(kNoon + 2h));
  EXPECT_THAT(data->registration_expiries, ElementsAre(kNoon + 24h));
  EXPECT_THAT(store_->ReadCustomerData(CustomerId("2"))->sessions, IsEmpty());
}

TEST_P(StoreContractTest, SessionsOfOneCustomerAreListedTheLastUsedFirst) {
  AddCustomer(kAda);
  AddCustomer(Person("2", "b@example.org"));
  AddSession('a', kNoon);
  AddSession('b', kNoon + 1h);
  store_->NoteUse(Token('a'), kNoon + 2h);

  EXPECT_THAT(store_->ListSessions(kAda.id),
              ElementsAre(HeldSession{Token('a'), {kNoon, kNoon + 2h}}, HeldSession{Token('b'), {kNoon + 1h, kNoon + 1h}}));
  EXPECT_THAT(store_->ListSessions(CustomerId("2")), IsEmpty());
}

// --- Passwords

TEST_P(StoreContractTest, APasswordIsChangedOnlyFromTheOneThatWasVerified) {
  AddCustomer(kAda);
  AddSession('a');
  AddSession('b');
  store_->AddReset(Token('c'), kAda.id, kNoon + 1h);

  EXPECT_FALSE(store_->ChangePassword(kAda.id, kNew, kOld, Token('a')));
  EXPECT_TRUE(HasSession('b'));
  EXPECT_TRUE(store_->ChangePassword(kAda.id, kOld, kNew, Token('a')));

  EXPECT_EQ(store_->FindCustomer(kAda.id)->password_hash, kNew);
  EXPECT_TRUE(HasSession('a'));
  EXPECT_FALSE(HasSession('b'));
  EXPECT_FALSE(store_->FindReset(Token('c'), kNoon).has_value());
}

TEST_P(StoreContractTest, RehashingKeepsTheSessions) {
  AddCustomer(kAda);
  AddSession('a');

  EXPECT_TRUE(store_->Rehash(kAda.id, kOld, kNew));
  EXPECT_FALSE(store_->Rehash(kAda.id, kOld, kNew));

  EXPECT_EQ(store_->FindCustomer(kAda.id)->password_hash, kNew);
  EXPECT_TRUE(HasSession('a'));
}

TEST_P(StoreContractTest, AResetWorksOnceInTimeAndEndsAllSessions) {
  AddCustomer(kAda);
  AddSession('a');
  store_->AddReset(Token('b'), kAda.id, kNoon + 1h);
  store_->AddReset(Token('c'), kAda.id, kNoon + 1h);

  EXPECT_FALSE(store_->FindReset(Token('b'), kNoon + 1h).has_value());
  EXPECT_THAT(store_->ResetPassword(Token('b'), kNew, kNoon + 1h), HasReason("BAD_TOKEN"));
  EXPECT_EQ(store_->FindReset(Token('b'), kNoon), kAda);
  EXPECT_EQ(store_->ResetPassword(Token('b'), kNew, kNoon).value(), kAda);

  EXPECT_EQ(store_->FindCustomer(kAda.id)->password_hash, kNew);
  EXPECT_FALSE(HasSession('a'));
  EXPECT_THAT(store_->ResetPassword(Token('b'), kOld, kNoon), HasReason("BAD_TOKEN"));
  EXPECT_THAT(store_->ResetPassword(Token('c'), kOld, kNoon), HasReason("BAD_TOKEN"));
}

TEST_P(StoreContractTest, AResetUsedByManyAtOnceWorksOnce) {
  AddCustomer(kAda);
  store_->AddReset(Token('b'), kAda.id, kNoon + 1h);
  std::atomic<int> worked = 0;

  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] { worked += store_->ResetPassword(Token('b'), kNew, kNoon).ok() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(worked, 1);
}

// --- Sessions

TEST_P(StoreContractTest, ASessionIsOpenedOnlyWithThePasswordThatStillHolds) {
  AddCustomer(kAda);

  EXPECT_FALSE(store_->AddSession(Token('a'), kAda.id, kNew, Steps::kOne, kNoon));
  EXPECT_FALSE(store_->AddSession(Token('a'), CustomerId("7"), kOld, Steps::kOne, kNoon));
  EXPECT_FALSE(HasSession('a'));
  EXPECT_TRUE(AddSession('a'));

  const auto session = store_->FindSession(Token('a'));
  ASSERT_TRUE(session.has_value());
  EXPECT_EQ(session->customer, kAda);
  EXPECT_EQ(session->times, (SessionTimes{kNoon, kNoon}));
}

TEST_P(StoreContractTest, AUseIsNotedAndNeverGoesBack) {
  AddCustomer(kAda);
  AddSession('a');

  store_->NoteUse(Token('a'), kNoon + 2h);
  store_->NoteUse(Token('a'), kNoon + 1h);
  store_->NoteUse(Token('b'), kNoon + 1h);

  EXPECT_EQ(store_->FindSession(Token('a'))->times, (SessionTimes{kNoon, kNoon + 2h}));
}

TEST_P(StoreContractTest, SessionsEndOneByOneOrAllButOne) {
  AddCustomer(kAda);
  for (const char token : {'a', 'b', 'c', 'd'}) AddSession(token);

  store_->EndSession(Token('a'));
  store_->EndSession(Token('a'));
  EXPECT_EQ(store_->EndSessions(kAda.id, Token('b')), 2);
  EXPECT_TRUE(HasSession('b'));
  EXPECT_EQ(store_->EndSessions(kAda.id, std::nullopt), 1);
  EXPECT_FALSE(HasSession('b'));
}

TEST_P(StoreContractTest, AFurtherSessionEndsTheOneThatWasUsedLongestAgo) {
  AddCustomer(kAda);
  const auto token = [](int i) { return TokenHash(std::string(60, 'x') + std::to_string(1000 + i)); };
  for (int i = 0; i < kSessionsMax; ++i) store_->AddSession(token(i), kAda.id, kOld, Steps::kOne, kNoon + i * 1s);
  store_->NoteUse(token(0), kNoon + 1h);

  EXPECT_TRUE(store_->AddSession(token(kSessionsMax), kAda.id, kOld, Steps::kOne, kNoon + 2h));

  EXPECT_TRUE(store_->FindSession(token(0)).has_value());
  EXPECT_FALSE(store_->FindSession(token(1)).has_value());
  EXPECT_TRUE(store_->FindSession(token(2)).has_value());
  EXPECT_EQ(store_->EndSessions(kAda.id, std::nullopt), kSessionsMax);
}

// --- Two steps

const TwoStep kTwoStep{.sealed_secret = "sealed", .last_step = 7, .turned_on = kNoon};

TEST_P(StoreContractTest, TwoStepsAreTurnedOnOnceAndOff) {
  AddCustomer(kAda);
  AddSession('a');
  AddSession('b');
  const TokenHash codes[] = {Token('c'), Token('d')};
  EXPECT_FALSE(store_->FindTwoStep(kAda.id).has_value());
  EXPECT_FALSE(store_->TurnOnTwoStep(CustomerId("7"), kTwoStep, codes, Token('a')));
  EXPECT_FALSE(store_->ReplaceRecoveryCodes(kAda.id, codes));
  EXPECT_FALSE(store_->TurnOffTwoStep(kAda.id));

  EXPECT_TRUE(store_->TurnOnTwoStep(kAda.id, kTwoStep, codes, Token('a')));
  EXPECT_FALSE(store_->TurnOnTwoStep(kAda.id, kTwoStep, codes, Token('b')));

  TwoStep expected = kTwoStep;
  expected.recovery_codes_left = 2;
  EXPECT_EQ(store_->FindTwoStep(kAda.id), expected);
  EXPECT_EQ(store_->ReadCustomerData(kAda.id)->two_step, expected);
  EXPECT_TRUE(store_->FindSession(Token('a'))->two_steps);
  EXPECT_FALSE(store_->FindSession(Token('b'))->two_steps);

  EXPECT_TRUE(store_->TurnOffTwoStep(kAda.id));
  EXPECT_FALSE(store_->FindTwoStep(kAda.id).has_value());
  EXPECT_FALSE(store_->ReadCustomerData(kAda.id)->two_step.has_value());
  EXPECT_FALSE(store_->FindSession(Token('a'))->two_steps);
  EXPECT_TRUE(store_->TurnOnTwoStep(kAda.id, kTwoStep, codes, Token('a'))) << "the same codes are new ones";
}

TEST_P(StoreContractTest, WithTwoStepsOneOpensNoSession) {
  AddCustomer(kAda);
  AddCustomer(Person("2", "b@example.org"));
  ASSERT_TRUE(store_->TurnOnTwoStep(kAda.id, kTwoStep, {}, Token('z')));

  EXPECT_FALSE(AddSession('a'));
  EXPECT_FALSE(HasSession('a'));
  EXPECT_TRUE(store_->AddSession(Token('b'), kAda.id, kOld, Steps::kTwo, kNoon));
  EXPECT_TRUE(store_->FindSession(Token('b'))->two_steps);
  EXPECT_TRUE(store_->AddSession(Token('c'), CustomerId("2"), kOld, Steps::kOne, kNoon));
}

TEST_P(StoreContractTest, AStepIsUsedOnceAndNoneBeforeIt) {
  AddCustomer(kAda);
  EXPECT_FALSE(store_->UseStep(kAda.id, 8));
  ASSERT_TRUE(store_->TurnOnTwoStep(kAda.id, kTwoStep, {}, Token('z')));

  EXPECT_FALSE(store_->UseStep(kAda.id, 7));
  EXPECT_TRUE(store_->UseStep(kAda.id, 9));
  EXPECT_FALSE(store_->UseStep(kAda.id, 9));
  EXPECT_FALSE(store_->UseStep(kAda.id, 8));
  EXPECT_EQ(store_->FindTwoStep(kAda.id)->last_step, 9);
}

TEST_P(StoreContractTest, ACodeUsedByManyAtOnceWorksOnce) {
  AddCustomer(kAda);
  const TokenHash codes[] = {Token('c')};
  ASSERT_TRUE(store_->TurnOnTwoStep(kAda.id, kTwoStep, codes, Token('z')));
  std::atomic<int> steps = 0;
  std::atomic<int> recoveries = 0;

  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      steps += store_->UseStep(kAda.id, 8) ? 1 : 0;
      recoveries += store_->UseRecoveryCode(kAda.id, Token('c')) ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(steps, 1);
  EXPECT_EQ(recoveries, 1);
}

TEST_P(StoreContractTest, NewRecoveryCodesMakeTheOldOnesVoid) {
  AddCustomer(kAda);
  const TokenHash before[] = {Token('c'), Token('d')};
  const TokenHash after[] = {Token('e')};
  ASSERT_TRUE(store_->TurnOnTwoStep(kAda.id, kTwoStep, before, Token('z')));
  EXPECT_TRUE(store_->UseRecoveryCode(kAda.id, Token('c')));
  EXPECT_FALSE(store_->UseRecoveryCode(kAda.id, Token('c')));
  EXPECT_FALSE(store_->UseRecoveryCode(CustomerId("2"), Token('d')));

  EXPECT_TRUE(store_->ReplaceRecoveryCodes(kAda.id, after));

  EXPECT_FALSE(store_->UseRecoveryCode(kAda.id, Token('d')));
  EXPECT_TRUE(store_->UseRecoveryCode(kAda.id, Token('e')));
}

// --- Tasks for other services

TEST_P(StoreContractTest, AnAccountAndEachSignInAskForItsGuestOrders) {
  AddCustomer(kAda);

  const PeerTask first{.customer = kAda.id, .email = kAdaEmail, .asked_count = 1};
  EXPECT_THAT(store_->DueTasks(kNoon, 10), ElementsAre(first));
  store_->FinishTask(first);
  EXPECT_THAT(store_->DueTasks(kNoon, 10), IsEmpty());
  AddSession('a');
  EXPECT_THAT(store_->DueTasks(kNoon, 10), ElementsAre(first));
}

TEST_P(StoreContractTest, WhatIsAskedForWhileItIsBeingDoneIsDoneAgain) {
  AddCustomer(kAda);
  const PeerTask running = store_->DueTasks(kNoon, 10).at(0);
  AddSession('a');

  store_->FinishTask(running);
  store_->PutOffTask(running, kNoon + 1h);

  EXPECT_THAT(store_->DueTasks(kNoon, 10), ElementsAre(PeerTask{.customer = kAda.id, .email = kAdaEmail, .asked_count = 2}));
}

TEST_P(StoreContractTest, ATaskThatFailsIsPutOffAndHoldsUpNoOther) {
  AddCustomer(kAda);
  AddCustomer(Person("2", "b@example.org"));
  const PeerTask failing = store_->DueTasks(kNoon, 1).at(0);
  ASSERT_EQ(failing.customer, kAda.id);

  store_->PutOffTask(failing, kNoon + 1min);

  EXPECT_THAT(store_->DueTasks(kNoon, 10), ElementsAre(Field(&PeerTask::customer, CustomerId("2"))));
  EXPECT_THAT(store_->DueTasks(kNoon + 1min, 10),
              ElementsAre(Field(&PeerTask::customer, CustomerId("2")), Field(&PeerTask::failed_count, 1)));
  AddSession('a');
  EXPECT_THAT(store_->DueTasks(kNoon, 10), ElementsAre(PeerTask{.customer = kAda.id, .email = kAdaEmail, .asked_count = 2},
                                                       Field(&PeerTask::customer, CustomerId("2"))));
}

TEST_P(StoreContractTest, ErasingAsksForNothingButErasure) {
  AddCustomer(kAda);
  AddSession('a');

  ASSERT_THAT(store_->Erase(kAda.id, kNoon), IsOk());

  const PeerTask erase{.kind = PeerTask::Kind::kErase, .customer = kAda.id, .email = kAdaEmail, .asked_count = 1};
  EXPECT_THAT(store_->DueTasks(kNoon, 10), ElementsAre(erase));
  store_->FinishTask(erase);
  EXPECT_THAT(store_->DueTasks(kNoon, 10), IsEmpty());
}

TEST_P(StoreContractTest, WhoWasErasedIsErasedAgain) {
  const Customer owner = store_->PutOwner(Person("3", "owner@example.org", Role::kOwner), kOld);
  AddCustomer(kAda);
  store_->FinishTask(store_->DueTasks(kNoon, 10).at(0));
  const CustomerId ids[] = {kAda.id, CustomerId("2"), owner.id};

  EXPECT_EQ(store_->EraseAgain(ids, kNoon), 1) << "the shop keeps an owner";
  EXPECT_EQ(store_->EraseAgain(ids, kNoon), 0);

  EXPECT_FALSE(store_->FindCustomer(kAda.id).has_value());
  EXPECT_THAT(store_->DueTasks(kNoon, 10),
              ElementsAre(PeerTask{.kind = PeerTask::Kind::kErase, .customer = kAda.id, .email = kAdaEmail, .asked_count = 1}));
}

TEST_P(StoreContractTest, ErasingElsewhereIsAskedForOnceMore) {
  AddCustomer(kAda);
  ASSERT_THAT(store_->Erase(kAda.id, kNoon), IsOk());
  const CustomerId early[] = {CustomerId("2")};
  store_->EraseAgain(early, kNoon - 1s);
  store_->AskToEraseAgain(kNoon);
  EXPECT_THAT(store_->DueTasks(kNoon, 10), ElementsAre(Field(&PeerTask::email, kAdaEmail))) << "it is being done";
  store_->FinishTask(store_->DueTasks(kNoon, 10).at(0));

  store_->AskToEraseAgain(kNoon);

  const PeerTask again{.kind = PeerTask::Kind::kErase, .customer = kAda.id, .asked_count = 1};
  EXPECT_THAT(store_->DueTasks(kNoon, 10), ElementsAre(again));
}

TEST_P(StoreContractTest, KnowsCustomersAndThoseWhoWereErased) {
  EXPECT_FALSE(store_->Knows(kAda.id));
  AddCustomer(kAda);
  EXPECT_TRUE(store_->Knows(kAda.id));
  ASSERT_THAT(store_->Erase(kAda.id, kNoon), IsOk());
  store_->FinishTask(store_->DueTasks(kNoon, 10).at(0));

  EXPECT_TRUE(store_->Knows(kAda.id));
}

// --- Throttling

constexpr ThrottlePolicy kPolicy{.free_count = 2, .wait_first = 10s, .wait_max = 1h, .forgotten_after = 24h};
const Subject kEmail{"email"};
const Subject kClient{"client"};

TEST_P(StoreContractTest, AttemptsCountForAllSubjectsOrForNone) {
  const ThrottledSubject email{kEmail, kPolicy};
  const ThrottledSubject client{kClient, kPolicy};
  const std::vector<ThrottledSubject> both{email, client};
  const std::vector<ThrottledSubject> only_client{client};

  EXPECT_EQ(store_->Attempt(both, kNoon), std::nullopt);
  EXPECT_EQ(store_->Attempt(both, kNoon), std::nullopt);
  EXPECT_EQ(store_->Attempt(both, kNoon), kNoon + 10s);
  EXPECT_EQ(store_->Attempt(both, kNoon + 9s), kNoon + 10s);
  store_->Forget(kEmail);
  EXPECT_EQ(store_->Attempt(both, kNoon), kNoon + 10s);  // The client has to wait still.
  store_->TakeBack(kClient);
  EXPECT_EQ(store_->Attempt(both, kNoon), std::nullopt);
  EXPECT_EQ(store_->Attempt(only_client, kNoon), kNoon + 10s);
}

TEST_P(StoreContractTest, TakingBackWhatWasNeverCountedIsNothing) {
  store_->TakeBack(kEmail);
  store_->Forget(kEmail);

  EXPECT_EQ(store_->Attempt(std::vector<ThrottledSubject>{{kEmail, kPolicy}}, kNoon), std::nullopt);
}

TEST_P(StoreContractTest, ManyAttemptsAtOnceAreNoWayAround) {
  const std::vector<ThrottledSubject> subjects{{kEmail, kPolicy}, {kClient, kPolicy}};
  std::atomic<int> allowed = 0;

  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { allowed += store_->Attempt(subjects, kNoon).has_value() ? 0 : 1; });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(allowed, 2);
}

// --- Keys of integrations

ApiKey KeyOf(const std::string& id, Timestamp created = kNoon) {
  return {.id = id, .display_name = "Warehouse " + id, .scopes = {"orders.read", "stock.write"}, .created = created};
}

TEST_P(StoreContractTest, AnApiKeyIsFoundByItsHashUntilItIsRevoked) {
  ASSERT_TRUE(store_->AddApiKey(Token('a'), KeyOf("1"), 9));
  EXPECT_EQ(store_->UseApiKey(Token('b'), kNoon), std::nullopt);
  ApiKey used = KeyOf("1");
  used.last_used = kNoon + 1h;
  EXPECT_EQ(store_->UseApiKey(Token('a'), kNoon + 1h), used);

  used.revoked = kNoon + 2h;
  EXPECT_EQ(store_->RevokeApiKey("1", kNoon + 2h), used);
  EXPECT_EQ(store_->RevokeApiKey("1", kNoon + 3h), used);  // It stays as it was.
  EXPECT_EQ(store_->RevokeApiKey("2", kNoon), std::nullopt);
  EXPECT_EQ(store_->UseApiKey(Token('a'), kNoon + 3h), std::nullopt);
  EXPECT_THAT(store_->ListApiKeys(9), ElementsAre(used));
}

TEST_P(StoreContractTest, TheUseOfAnApiKeyIsKnownToTheMinute) {
  store_->AddApiKey(Token('a'), KeyOf("1"), 9);
  EXPECT_EQ(store_->UseApiKey(Token('a'), kNoon)->last_used, kNoon);
  EXPECT_EQ(store_->UseApiKey(Token('a'), kNoon + kApiKeyUseNoted - 1s)->last_used, kNoon);
  EXPECT_EQ(store_->UseApiKey(Token('a'), kNoon + kApiKeyUseNoted)->last_used, kNoon + kApiKeyUseNoted);
}

TEST_P(StoreContractTest, ApiKeysAreListedNewestFirst) {
  store_->AddApiKey(Token('a'), KeyOf("1", kNoon), 9);
  store_->AddApiKey(Token('b'), KeyOf("2", kNoon + 1h), 9);
  store_->AddApiKey(Token('c'), KeyOf("3", kNoon), 9);
  EXPECT_THAT(store_->ListApiKeys(9), ElementsAre(Field(&ApiKey::id, "2"), Field(&ApiKey::id, "3"), Field(&ApiKey::id, "1")));
  EXPECT_THAT(store_->ListApiKeys(1), ElementsAre(Field(&ApiKey::id, "2")));
}

TEST_P(StoreContractTest, OnlyApiKeysInUseCountAgainstTheLimit) {
  EXPECT_TRUE(store_->AddApiKey(Token('a'), KeyOf("1"), 2));
  EXPECT_TRUE(store_->AddApiKey(Token('b'), KeyOf("2"), 2));
  EXPECT_FALSE(store_->AddApiKey(Token('c'), KeyOf("3"), 2));
  store_->RevokeApiKey("1", kNoon);
  EXPECT_TRUE(store_->AddApiKey(Token('c'), KeyOf("3"), 2));
}

// --- Sweeping

TEST_P(StoreContractTest, SweepsWhatHasRunOutAndNothingElse) {
  AddCustomer(kAda);
  AddSession('a', kNoon);
  AddSession('b', kNoon + 1h);
  store_->AddReset(Token('c'), kAda.id, kNoon + 1h);
  store_->AddReset(Token('d'), kAda.id, kNoon + 4h);
  store_->AddRegistration(Of(Person("5", "b@example.org"), 'e'));
  (void)store_->Attempt(std::vector<ThrottledSubject>{{kEmail, kPolicy}}, kNoon);
  const ExpiryRules expiry_rules{.sessions = {.idle_max = 2h, .age_max = 24h}, .attempts_forgotten_after = 24h};

  EXPECT_EQ(store_->Sweep(expiry_rules, kNoon + 2h, 100), 2);  // A session, a reset.
  EXPECT_FALSE(HasSession('a'));
  EXPECT_TRUE(HasSession('b'));
  EXPECT_TRUE(store_->FindReset(Token('d'), kNoon + 2h).has_value());
  EXPECT_EQ(store_->Sweep(expiry_rules, kNoon + 24h, 100), 4);  // The rest.
  EXPECT_EQ(store_->Sweep(expiry_rules, kNoon + 24h, 100), 0);
  EXPECT_TRUE(store_->FindByEmail(kAdaEmail).has_value());
}

INSTANTIATE_TEST_SUITE_P(Every, StoreContractTest, kEveryStore, testing::PrintToStringParamName());

}  // namespace
}  // namespace octavo::accounts
