// What `octavo audit` asks of the tables of the services that sell nothing: each equation holds in a fresh store, on SQLite and
// PostgreSQL, and names what breaks it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "lib/testing/test_database.h"
#include "services/accounts/migrations.h"
#include "services/accounts/sql_store_audit.h"
#include "services/catalog/migrations.h"
#include "services/catalog/sql_store_audit.h"
#include "services/recommendations/migrations.h"
#include "services/recommendations/sql_store_audit.h"

namespace octavo::campaigns {
namespace {

using testing::UnorderedElementsAre;

class AuditTablesTest : public testing::TestWithParam<TestDatabaseKind> {
 protected:
  // "equation: subject" of each violation, once `damage` was done to a new store.
  std::vector<std::string> Find(std::span<const db::Migration> migrations, std::span<const db::Equation> equations,
                                const std::string& damage) {
    TestDatabase database(GetParam(), migrations);
    if (!damage.empty()) database->Write([&](db::Transaction& transaction) { transaction.Script(damage); });
    std::vector<std::string> found;
    for (const Violation& violation : db::FindViolations(*database, equations)) {
      found.push_back(violation.equation + ": " + violation.subject);
    }
    return found;
  }
};

TEST_P(AuditTablesTest, TheCatalogue) {
  EXPECT_THAT(Find(catalog::Migrations(), catalog::Equations(), ""), testing::IsEmpty());
  EXPECT_THAT(
      Find(catalog::Migrations(), catalog::Equations(),
           "INSERT INTO changes (position, book_id) VALUES (7, 9);"
           "INSERT INTO shelves (id, name, display_name, book_count) VALUES (1, 'fiction', 'Fiction', 5);"
           "INSERT INTO shelved_books (shelf_id, book_id, ratings_count, title_key, published_key, price_key, series_key) "
           "VALUES (1, 8, 0, '', 0, 0, 0), (2, 9, 0, '', 0, 0, 0);"
           "INSERT INTO books (id, title, subtitle, authors, language_code, published_year, publisher, page_count, formats, "
           "description, subjects, categories, cover_uri, rating_hundredths, ratings_count, row_fingerprint, position, created, "
           "updated) VALUES (3, 'Emma', '', '[]', '', 0, '', 0, 0, '', '[]', '[]', '', 0, 0, 0, 1, 0, 0);"),
      UnorderedElementsAre("catalog.books_are_in_log: books/3", "catalog.numbers_are_within_counter: books/3",
                           "catalog.log_is_within_counter: position 7", "catalog.shelved_books_exist: books/8",
                           "catalog.shelved_books_exist: books/9", "catalog.shelves_exist: books/9",
                           "catalog.books_are_shelved: books/3", "catalog.shelves_are_counted: shelf fiction"));
  EXPECT_THAT(Find(catalog::Migrations(), catalog::Equations(), "UPDATE counters SET value = 4 WHERE name = 'position';"),
              UnorderedElementsAre("catalog.log_reaches_counter: position 4"));
}

// Its foreign keys keep the breaches away while the database is whole, so the tables are made without them here.
TEST_P(AuditTablesTest, TheAccounts) {
  EXPECT_THAT(Find(accounts::Migrations(), accounts::Equations(), ""), testing::IsEmpty());
  EXPECT_THAT(Find({}, accounts::Equations(),
                   "CREATE TABLE customers (customer_id TEXT, email TEXT); CREATE TABLE sessions (customer_id TEXT);"
                   "CREATE TABLE resets (customer_id TEXT);"
                   "CREATE TABLE two_step (customer_id TEXT); CREATE TABLE recovery_codes (customer_id TEXT);"
                   "INSERT INTO customers VALUES ('there', 'a@b.example'), ('twice', 'A@b.example');"
                   "INSERT INTO sessions VALUES ('there'), ('a');"
                   "INSERT INTO resets VALUES ('there'), ('d');"
                   "INSERT INTO two_step VALUES ('there'), ('b'); INSERT INTO recovery_codes VALUES ('there'), ('c');"),
              UnorderedElementsAre("accounts.sessions_have_customers: customers/a", "accounts.resets_have_customers: customers/d",
                                   "accounts.emails_differ: customers/twice", "accounts.second_steps_have_customers: customers/b",
                                   "accounts.recovery_codes_have_second_steps: customers/c"));
}

TEST_P(AuditTablesTest, TheRecommendations) {
  EXPECT_THAT(Find(recommendations::Migrations(), recommendations::Equations(), ""), testing::IsEmpty());
  EXPECT_THAT(Find(recommendations::Migrations(), recommendations::Equations(),
                   "INSERT INTO events (position, reader, book, type, rating, event_time) VALUES (4, 'v-1', 1, 1, 0, 0);"
                   "INSERT INTO models (name, arm, train_time, last_position, reader_count, book_count, interaction_count, "
                   "train_seconds, model_bytes, quality, settings) VALUES ('m', 0, 0, 9, 0, 0, 0, 0, 0, '', '');"),
              UnorderedElementsAre("recommendations.events_are_within_log: position 4",
                                   "recommendations.models_are_within_log: model m"));
}

TEST_P(AuditTablesTest, ACounterThatIsLostHidesNothing) {
  EXPECT_THAT(Find(catalog::Migrations(), catalog::Equations(),
                   "DELETE FROM counters; INSERT INTO changes (position, book_id) VALUES (7, 9);"),
              UnorderedElementsAre("catalog.log_is_within_counter: position 7"));
  EXPECT_THAT(Find(recommendations::Migrations(), recommendations::Equations(),
                   "DELETE FROM event_log;"
                   "INSERT INTO events (position, reader, book, type, rating, event_time) VALUES (4, 'v-1', 1, 1, 0, 0);"),
              UnorderedElementsAre("recommendations.events_are_within_log: position 4"));
  TestDatabase events(GetParam(), recommendations::Migrations());
  events->Write([](db::Transaction& transaction) { transaction.Script("DELETE FROM event_log;"); });

  EXPECT_EQ(recommendations::OrderPosition(*events), 0);
}

TEST_P(AuditTablesTest, BooksAndCustomersThatNobodyKnows) {
  TestDatabase catalogue(GetParam(), catalog::Migrations());
  catalogue->Write(
      [](db::Transaction& transaction) { transaction.Script("INSERT INTO changes (position, book_id) VALUES (1, 5), (2, 7);"); });
  std::vector<std::int64_t> numbers;
  for (std::int64_t number = 1; number <= 1'200; ++number) numbers.push_back(number);

  EXPECT_EQ(catalog::UnknownBooks(*catalogue, numbers).size(), 1'198U);
  EXPECT_THAT(catalog::UnknownBooks(*catalogue, std::vector<std::int64_t>{5, 6, 7}), testing::ElementsAre(6));

  TestDatabase people(GetParam(), accounts::Migrations());
  people->Write([](db::Transaction& transaction) {
    transaction.Script(
        "INSERT INTO customers (customer_id, email, full_name, role, password_hash, created) VALUES ('ada', "
        "'a@b.example', 'Ada', 1, '$argon2id$', 0);"
        "INSERT INTO errands (kind, customer_id, email, asked_count, failed_count, due) VALUES (2, 'gone', '', 1, "
        "0, 0), (1, 'never', '', 1, 0, 0);");
  });

  EXPECT_THAT(accounts::UnknownCustomers(*people, std::vector<std::string>{"ada", "gone", "never"}),
              testing::ElementsAre("never"));
}

TEST_P(AuditTablesTest, NoMoreAreFoundThanTheBound) {
  TestDatabase catalogue(GetParam(), catalog::Migrations());
  const std::int64_t count = db::kViolationsMax + 1;
  catalogue->Write([&](db::Transaction& transaction) {
    for (std::int64_t position = 1; position <= count; ++position) {
      transaction.Execute("INSERT INTO changes (position, book_id) VALUES ($1, $1)", position);
    }
  });

  EXPECT_EQ(db::FindViolations(*catalogue, catalog::Equations()).size(), static_cast<std::size_t>(db::kViolationsMax));
}

INSTANTIATE_TEST_SUITE_P(Every, AuditTablesTest, kEveryDatabase, testing::PrintToStringParamName());

}  // namespace
}  // namespace octavo::campaigns
