// Books and models for tests: two tastes that share nothing, and one book that everybody reads.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/check.h"
#include "recommender/trainer.h"
#include "services/recommendations/assortment.h"

namespace octavo::recommendations {

// Books 1 to 9 are about the sea and fiction, 11 to 19 about the sky and romance, 10 is read by everybody and is both.
// Odd readers of the model like the sea, even ones the sky.
inline Book TestBook(int number) {
  const bool sea = number <= 10;
  const bool sky = number >= 10;
  Book book{.id = BookId(number), .title = "Book " + std::to_string(number)};
  book.authors = {"authors/a" + std::to_string(number / 3)};
  book.subjects = {sea ? "sea" : "sky"};
  if (sea) book.categories.push_back("categories/fiction");
  if (sky) book.categories.push_back("categories/romance");
  book.ratings_count = number == 10 ? 1000 : number;
  return book;
}

inline std::vector<Book> TestBooks(int count = 19) {
  std::vector<Book> books;
  for (int number = 1; number <= count; ++number) books.push_back(TestBook(number));
  return books;
}

inline std::shared_ptr<const recommender::Model> TestModel() {
  recommender::InteractionsBuilder builder;
  for (int reader = 0; reader < 60; ++reader) {
    const std::string name = "r" + std::to_string(reader);
    CHECK(builder.Add(name, "10").ok());
    for (int book = 1; book <= 9; ++book) {
      const int number = reader % 2 == 1 ? book : book + 10;
      if ((reader / 2 + book) % 3 != 0) CHECK(builder.Add(name, std::to_string(number)).ok());
    }
  }
  auto model = recommender::Train(builder.Build(), recommender::Settings{});
  return std::make_shared<const recommender::Model>(std::move(model).value());
}

}  // namespace octavo::recommendations
