// Notes: a sentence on the page after a form was sent ("It is in your cart."). Its cookie holds only the note's name and the
// number of the book that it is about, so that nobody can put text on a page that way. To add one: a line in the table of
// note.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace octavo::marketplace {

enum class Note {
  kNone,
  kAddedToCart,
  kCartFull,
  kQuantitySet,
  kBadQuantity,
  kLineRemoved,
  kSavedForLater,
  kMovedToCart,
  kCodeAdded,
  kCodeRemoved,
  kCodesFull,
  kCartChangedElsewhere,
  kCartEmpty,
  kUnknownBook,
  kNotForSale,
  kTryAgain,
  kOrderPlaced,
  kOrderedBefore,
  kOrderCancelled,
  kOrderTooLateToCancel,
  kReturnRequested,
  kNothingToReturn,
  kTooLateToReturn,
  kChooseWhatToReturn,
  kSignedIn,
  kSignedOut,
  kSignedOutEverywhere,
  kSessionEnded,
  kAddressConfirmed,
  kPasswordChanged,
  kSignInAnew,
  kTwoStepOff,
  kErased,
};

struct NoteWords {
  std::string_view name;  // In the cookie.
  std::string_view kind;  // A class of the style sheet: "good" or "bad".
  std::string_view sentence;
  std::string_view about_book = {};  // After the title of the note's book, if that is known; empty: `sentence`.
};

const NoteWords& WordsOf(Note note);
// nullopt for an unknown name.
std::optional<Note> NoteOf(std::string_view name);

// The content of the cookie.
struct NoteCookie {
  Note note = Note::kNone;
  std::string book = {};  // "books/12"; empty: it is about none.
};
// "added.12", or "added" if it is about no book.
std::string ToCookie(const NoteCookie& note);
// nullopt if it is no note of this shop.
std::optional<NoteCookie> ReadNoteCookie(std::string_view text);

}  // namespace octavo::marketplace
