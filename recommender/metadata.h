// What is known of a book before anyone has read it: author, series, subjects, words. New books become
// recommendable from it at once, and it answers "similar" for books without readers.
//
// Similarity is the cosine of vectors whose coordinates are authors, series, subjects and words, each
// weighted by how rare it is (inverse document frequency) and by its kind (a shared series says most).
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
  std::size_t neighbours = 16;           // Known books a new one leans on.
  std::size_t feature_books_max = 2000;  // A feature that more books share says nothing and is passed over.
  float strength = 0.5F;                 // How a new book's score compares with that of the books it leans on.
  std::size_t row_max = 64;  // Of what leads from one book: the largest weights, so that an answer's cost stays bounded.
};

// An overlay for the books in `books` that `model` lacks; the others, which it knows, are what the new ones
// lean on. Of books with equal ids the first counts. Cost: the new books times the books that share a feature
// with them.
std::shared_ptr<const Overlay> BuildOverlay(const Model& model, const std::vector<BookMetadata>& books,
                                            const OverlayOptions& options = {});

}  // namespace octavo::recommender
