// Generated books, the same ones for the same number: words, authors and ratings follow Zipf's law, as in real
// catalogues.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/random.h"
#include "services/catalog/domain/book.h"
#include "services/catalog/domain/category.h"

namespace octavo::catalog {

class GeneratedBooks {
 public:
  // `count`: how many books there will be; there is an author for every five.
  explicit GeneratedBooks(std::int64_t count) : author_count_(static_cast<std::uint64_t>(count) / 5 + 1) {
    constexpr const char* kSyllables[] = {"ba", "cor", "den", "el", "fa", "gor", "hin", "il",  "ju", "kel",
                                          "lo", "mar", "ne",  "or", "pi", "qua", "ran", "sol", "tu", "ver"};
    for (const char* a : kSyllables) {
      for (const char* b : kSyllables) {
        for (const char* c : kSyllables) words_.push_back(std::string(a) + b + c);
      }
    }
    for (const char* a : kSyllables) {
      for (const std::string& word : std::vector<std::string>(words_.begin(), words_.begin() + 1000)) {
        words_.push_back(word + a);
      }
    }
  }

  const std::string& Word() { return words_[Zipf(words_.size())]; }
  std::string AuthorName(std::uint64_t number) const {
    return words_[number % 7001] + " " + words_[(number * 7919 + 13) % words_.size()];
  }

  BookContent Next() {
    BookContent book;
    for (std::uint64_t words = 1 + random_.Below(5); words > 0; --words) {
      book.title += (book.title.empty() ? "" : " ") + Word();
    }
    book.title[0] = static_cast<char>(book.title[0] - 'a' + 'A');
    for (std::uint64_t authors = random_.Below(5) == 0 ? 2 : 1; authors > 0; --authors) {
      book.authors.push_back({.display_name = AuthorName(Zipf(author_count_))});
    }
    if (random_.Below(4) == 0) {
      book.series = SeriesMembership{.title = words_[random_.Below(words_.size())] + " saga",
                                     .number = std::to_string(1 + random_.Below(9))};
    }
    book.language_code = random_.Below(5) == 0 ? "fr" : "en";
    book.published_year = 1900 + static_cast<int>(random_.Below(125));
    book.page_count = 80 + static_cast<int>(random_.Below(800));
    book.formats = {random_.Below(2) == 0 ? Format::kPaperback : Format::kEbook};
    book.price = Money(699 + 50 * static_cast<std::int64_t>(random_.Below(37)), Currency::Eur());
    for (int i = 0; i < 20; ++i) book.description += Word() + " ";
    book.categories = {std::string(kCategories[Zipf(kCategories.size())].slug)};
    book.ratings_count = static_cast<std::int64_t>(5e6 / static_cast<double>(1 + random_.Below(1'000'000)));
    book.rating_hundredths = 300 + static_cast<int>(random_.Below(200));
    return CheckBook(std::move(book), WrongIsbn::kRefuse)->content;
  }

 private:
  // 0 … size - 1, the k-th about 1/k as often as the first.
  std::uint64_t Zipf(std::uint64_t size) {
    const double uniform = static_cast<double>(random_.Next() >> 11) / static_cast<double>(1ULL << 53);
    return static_cast<std::uint64_t>(std::pow(static_cast<double>(size), uniform)) - 1;
  }

  SeededRandom random_{20260105};
  const std::uint64_t author_count_;
  std::vector<std::string> words_;
};

}  // namespace octavo::catalog
