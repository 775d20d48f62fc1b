#include "services/marketplace/note.h"

#include <charconv>
#include <cstdint>

#include "lib/base/check.h"
#include "lib/names/books.h"
#include "services/marketplace/links.h"

namespace octavo::marketplace {
namespace {

struct Entry {
  Note note;
  NoteWords words;
};

constexpr Entry kNotes[] = {
    {Note::kAddedToCart, {"added", "good", "It is in your cart.", "is in your cart."}},
    {Note::kCartFull, {"full", "bad", "Your cart holds a hundred different books, and no more fit in."}},
    {Note::kQuantitySet, {"quantity", "good", "The quantity is changed.", "stands in your cart as often as you said."}},
    {Note::kBadQuantity,
     {"bad-quantity", "bad",
      "A book stands in your cart with 1 to 99 copies. Nothing has changed: please say how many once more."}},
    {Note::kLineRemoved, {"removed", "good", "It is out of your cart.", "is out of your cart."}},
    {Note::kSavedForLater, {"saved", "good", "We keep it for you, below your cart.", "is kept for you, below your cart."}},
    {Note::kMovedToCart, {"moved", "good", "It is back in your cart.", "is back in your cart."}},
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
     {"not-for-sale", "bad", "We have no price for this book, so it is not for sale at the moment.",
      "is not for sale at the moment: we have no price for it."}},
    {Note::kTryAgain, {"again", "bad", "That did not work just now, and nothing has changed. Please try again."}},
    {Note::kOrderPlaced, {"ordered", "good", "Thank you! Your order is with us."}},
    {Note::kOrderedBefore, {"before", "good", "This order was with us already. Here it is; it is one order, and charged once."}},
    {Note::kOrderCancelled, {"cancelled", "good", "The order is cancelled, and nothing is left to pay."}},
    {Note::kOrderTooLateToCancel,
     {"too-late", "bad", "The books have left the shop, so the order can no longer be cancelled. You can return them."}},
    {Note::kReturnRequested, {"return-asked", "good", "We have your wish to return books, and tell you here what we say to it."}},
    {Note::kNothingToReturn, {"no-return", "bad", "There is nothing of that left to return."}},
    {Note::kTooLateToReturn, {"return-late", "bad", "The time in which this order could be returned is over."}},
    {Note::kChooseWhatToReturn, {"return-what", "bad", "Please say how many copies of which book you return."}},
    {Note::kSignedIn, {"welcome", "good", "Welcome back!"}},
    {Note::kSignedOut, {"goodbye", "good", "You are signed out. Until soon!"}},
    {Note::kSessionEnded, {"session-ended", "good", "That session is over."}},
    {Note::kSignedOutEverywhere, {"goodbye-all", "good", "You are signed out everywhere."}},
    {Note::kAddressConfirmed, {"confirmed", "good", "Your address is confirmed, and your account is open. Please sign in."}},
    {Note::kPasswordChanged, {"password", "good", "Your password is changed."}},
    {Note::kSignInAnew,
     {"sign-in-anew", "bad", "That took too long, or your password was changed meanwhile. Please sign in once more."}},
    {Note::kTwoStepOff, {"two-step-off", "good", "From now on your password alone signs you in."}},
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

std::string ToCookie(const NoteCookie& note) {
  std::string text(WordsOf(note.note).name);
  const std::string_view number = LastSegment(note.book);
  const bool is_number = !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
  if (is_number) text += "." + std::string(number);
  return text;
}

std::optional<NoteCookie> ReadNoteCookie(std::string_view text) {
  const std::size_t dot = text.find('.');
  const std::optional<Note> note = NoteOf(text.substr(0, dot));
  if (!note) return std::nullopt;
  NoteCookie read{.note = *note};
  if (dot == std::string_view::npos) return read;
  const std::string_view number = text.substr(dot + 1);
  std::int32_t id = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), id);
  if (error == std::errc() && end == number.data() + number.size() && id > 0) read.book = BookName(BookId(id));
  return read;
}

std::optional<Note> NoteOf(std::string_view name) {
  for (const Entry& entry : kNotes) {
    if (entry.words.name == name) return entry.note;
  }
  return std::nullopt;
}

}  // namespace octavo::marketplace
