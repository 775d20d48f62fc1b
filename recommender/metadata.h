// What is known about a book before anyone has read it: author, series, subjects, words. With it new books can be recommended at
// once, and "similar" has answers for books without readers.
//
// Similarity is the cosine of vectors whose coordinates are authors, series, subjects and words, each weighted by how rare it is
// (inverse document frequency) and by its kind (a shared series counts most).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "recommender/model.h"
#include "recommender/overlay.h"

namespace octavo::recommender {

struct BookMetadata {
  std::string id;
  std::vector<std::string> authors;
  std::string series;  // Empty: none.
  std::vector<std::string> subjects;
  std::string text;  // Title and description: split into lower-case words.
};

struct OverlayOptions {
  std::size_t neighbours = 16;           // Known books whose weights a new one borrows.
  std::size_t feature_books_max = 2000;  // A feature that more books share says nothing and is skipped.
  float strength = 0.5F;                 // A new book's score, relative to the known books.
  std::size_t row_max = 64;  // The largest weights from each book that are kept, so that an answer's cost stays limited.
};

// An overlay for the books in `books` that `model` does not have; the new ones borrow from the others, which it has.
// Of books with equal ids the first counts. Cost: the number of new books times the books that share a feature with
// them.
std::shared_ptr<const Overlay> BuildOverlay(const Model& model, const std::vector<BookMetadata>& books,
                                            const OverlayOptions& options = {});

}  // namespace octavo::recommender
