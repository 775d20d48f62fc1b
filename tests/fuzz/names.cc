// Resource names, page tokens, e-mail addresses, ISBNs, amounts: what a stranger writes for one is taken or refused, and a
// message about it can always be sent.
#include <string>

#include "lib/base/money.h"
#include "lib/base/quoted.h"
#include "lib/email/email.h"
#include "lib/names/books.h"
#include "lib/names/page_tokens.h"
#include "services/cart/domain/cart.h"
#include "services/catalog/domain/isbn.h"
#include "services/catalog/domain/listing.h"
#include "services/catalog/domain/names.h"
#include "services/catalog/import/amount.h"
#include "services/inventory/domain/request.h"
#include "services/inventory/domain/stock.h"
#include "services/recommendations/domain/event.h"
#include "tests/fuzz/fuzz.h"

namespace octavo {
namespace {

template <typename Value>
void CheckMessage(const Result<Value>& result) {
  if (!result.ok()) PROMISE(IsStorableText(result.error().message));
}

void Names(const std::string& text) {
  CheckMessage(cart::ParseCartName(text, "name"));
  CheckMessage(ParseBookName(text, "book"));
  CheckMessage(inventory::ParseReservationName(text, "name"));
  CheckMessage(inventory::ParseRequestId(text, "request_id"));
  CheckMessage(recommendations::ParseReader(text));
  (void)catalog::ParseShelfName(catalog::ShelfKind::kAuthor, text);
}

void Tokens(const std::string& text) {
  static const names::PageTokens tokens(names::Keys({Secret(std::string(names::Keys::kKeyBytes, 'k'))}));
  PROMISE(!tokens.Open("a listing", text).ok());  // Nobody guesses 128 bits.
  PROMISE(text.size() > 1000 || *tokens.Open("a listing", tokens.Seal("a listing", text)) == text);
  const auto number = tokens.OpenNumber("a listing", text.size() > 1000 ? "" : tokens.Seal("a listing", text), {.most = 1000});
  PROMISE(!number.ok() || (*number >= 0 && *number <= 1000));
  const auto place = catalog::ParsePlace(text);
  if (place.ok()) PROMISE(*catalog::ParsePlace(catalog::PlaceOf(*place)) == *place);
}

}  // namespace
}  // namespace octavo

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace octavo;  // NOLINT: a fuzzer's whole world.
  fuzz::Input input(data, size);
  const int which = input.Byte() % 5;
  const std::string text(input.Rest());
  if (which == 0) {
    Names(text);
  } else if (which == 1) {
    Tokens(text);
  } else if (which == 2) {
    const auto email = ParseEmail("email", text);
    CheckMessage(email);
    if (email.ok()) PROMISE(*ParseEmail("email", *email) == *email);
  } else if (which == 3) {
    const auto isbn = catalog::ParseIsbn(text);
    CheckMessage(isbn);
    if (isbn.ok()) PROMISE(catalog::ParseIsbn(isbn->isbn13)->isbn13 == isbn->isbn13);
  } else {
    CheckMessage(Currency::Parse(text));
    const auto amount = catalog::ParseAmount(text, Currency::Eur());
    CheckMessage(amount);
    if (amount.ok()) PROMISE(amount->minor() >= 0);
    PROMISE(IsStorableText(Quoted(text)));
    PROMISE(CleanText(text, 50).size() <= 150);
  }
  return 0;
}
