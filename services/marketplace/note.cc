#include "services/marketplace/note.h"

#include "lib/base/check.h"

namespace octavo::marketplace {
namespace {

struct Entry {
  Note note;
  NoteWords words;
};

constexpr Entry kNotes[] = {
    {Note::kAddedToCart, {"added", "good", "It is in your cart."}},
    {Note::kCartFull, {"full", "bad", "Your cart holds a hundred different books, and no more fit in."}},
    {Note::kQuantitySet, {"quantity", "good", "The quantity is changed."}},
    {Note::kBadQuantity,
     {"bad-quantity", "bad",
      "A book stands in your cart with 1 to 99 copies. Nothing has changed: please say how many once more."}},
    {Note::kLineRemoved, {"removed", "good", "It is out of your cart."}},
    {Note::kSavedForLater, {"saved", "good", "We keep it for you, below your cart."}},
    {Note::kMovedToCart, {"moved", "good", "It is back in your cart."}},
    {Note::kCodeAdded, {"code", "good", "The code is in your cart. Below stands what it does, or why it does nothing."}},
    {Note::kCodeRemoved, {"no-code", "good", "The code is gone."}},
    {Note::kCodesFull, {"codes-full", "bad", "A cart takes five codes of at most 64 letters."}},
    {Note::kCartChangedElsewhere,
     {"changed", "bad",
      "Your cart was changed in another window meanwhile. Here it is as it is now, and nothing is lost: "
      "please "
      "make your change once more."}},
    {Note::kCartEmpty, {"empty", "bad", "There is nothing in your cart to order."}},
    {Note::kUnknownBook, {"unknown", "bad", "We do not have this book any more."}},
    {Note::kNotForSale,
     {"not-for-sale", "bad", "We have no price for this book, so it is not for sale at the moment."}},
    {Note::kTryAgain,
     {"again", "bad", "That did not work just now, and nothing has changed. Please try again."}},
    {Note::kOrderPlaced, {"ordered", "good", "Thank you! Your order is with us."}},
    {Note::kOrderedBefore,
     {"before", "good", "This order was with us already. Here it is; it is one order, and charged once."}},
    {Note::kOrderCancelled, {"cancelled", "good", "The order is cancelled, and nothing is left to pay."}},
    {Note::kOrderTooLateToCancel,
     {"too-late", "bad",
      "The books have left the shop, so the order can no longer be cancelled. You can return them."}},
    {Note::kReturnRequested,
     {"return-asked", "good", "We have your wish to return books, and tell you here what we say to it."}},
    {Note::kNothingToReturn, {"no-return", "bad", "There is nothing of that left to return."}},
    {Note::kTooLateToReturn, {"return-late", "bad", "The time in which this order could be returned is over."}},
    {Note::kChooseWhatToReturn,
     {"return-what", "bad", "Please say how many copies of which book you return."}},
    {Note::kSignedIn, {"welcome", "good", "Welcome back!"}},
    {Note::kSignedOut, {"goodbye", "good", "You are signed out. Until soon!"}},
    {Note::kSessionEnded, {"session-ended", "good", "That session is over."}},
    {Note::kSignedOutEverywhere, {"goodbye-all", "good", "You are signed out everywhere."}},
    {Note::kAddressConfirmed, {"confirmed", "good", "Your address is confirmed, and your account is open. Please sign in."}},
    {Note::kPasswordChanged, {"password", "good", "Your password is changed."}},
    {Note::kErased, {"erased", "good", "Your account is erased. Thank you for having been with us."}},
};

}  // namespace

const NoteWords& WordsOf(Note note) {
  for (const Entry& entry : kNotes) {
    if (entry.note == note) return entry.words;
  }
  CHECK(note == Note::kNone);
  static constexpr NoteWords kNothing;
  return kNothing;
}

std::optional<Note> NoteOf(std::string_view name) {
  for (const Entry& entry : kNotes) {
    if (entry.words.name == name) return entry.note;
  }
  return std::nullopt;
}

}  // namespace octavo::marketplace
