// Notes: a sentence on the page after a form was sent ("It is in your cart."). The cookie that carries one
// names it only, and the number of the book that it is about, so that nobody's text gets onto a page that
// way. To add one: a line in the table of note.cc.
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
  std::string_view about_book = {};  // Behind the title of the book that it is about, where that is known; empty: `sentence`.
};

const NoteWords& WordsOf(Note note);
// nullopt for a name that is none of ours.
std::optional<Note> NoteOf(std::string_view name);

// What the cookie says.
struct NoteCookie {
  Note note = Note::kNone;
  std::string book = {};  // "books/12"; empty: it is about none.
};
// "added.12", or "added" where it is about no book.
std::string ToCookie(const NoteCookie& note);
// nullopt for what is no note of ours.
std::optional<NoteCookie> ReadNoteCookie(std::string_view text);

}  // namespace octavo::marketplace
