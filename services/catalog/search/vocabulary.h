// Vocabulary: words of a query that are not searched for in books like others, because readers mean something else by them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/catalog/domain/book.h"

namespace octavo::catalog::search {

// Words that are in every text: "the", "und".
bool IsFiller(const std::string& word);
// Words of the request, not of the book: "books by", "who wrote", "volume". They count in titles.
bool IsRequest(const std::string& word);
// Words that count only if the query has no others.
inline bool IsWeak(const std::string& word) { return IsFiller(word) || IsRequest(word); }

// "ebook", "hardback"; nullopt for other words. "e-book" comes as two words, "e" and "book", to be joined by the caller.
std::optional<Format> FormatCalled(const std::string& word);

// "de" for "german"; empty for other words.
std::string_view LanguageCalled(const std::string& word);

// "five" for "5", "5" for "five"; empty for other words.
std::string_view NumberOtherwise(const std::string& word);

// Whether the word is part of what readers call a category.
bool IsCategoryWord(const std::string& word);

}  // namespace octavo::catalog::search
