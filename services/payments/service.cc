#include "services/payments/service.h"

#include <algorithm>
#include <string>

#include "lib/base/money.h"
#include "lib/rpc/request.h"
#include "lib/rpc/values.h"

namespace octavo::payments {
namespace {

constexpr std::size_t kKeyBytesMax = 100;
// Ten thousand million units of a currency with two digits: far above any order, and sums do not overflow.
constexpr std::int64_t kAmountMinorMax = 1'000'000'000'000;
constexpr names::PageSizes kPageSizes{.standard = 100, .most = 1000};

bool IsKey(const std::string& text) {
  return !text.empty() && text.size() <= kKeyBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

Result<std::string> ParseKeyText(const std::string& field, const std::string& text) {
  if (IsKey(text)) return text;
  return InvalidField(field, "must be 1 to 100 visible ASCII characters");
}

Result<ChargeKey> ParseKey(const std::string& text) { return ChargeKey(TRY(ParseKeyText("key", text))); }

Result<Money> ParseAmount(const type::v1::Money& amount) {
  const Currency currency = TRY(Currency::Parse(amount.currency_code()));
  if (amount.minor() < 1 || amount.minor() > kAmountMinorMax) {
    return InvalidField("amount.minor",
                        std::to_string(amount.minor()) + " is not within 1 to " + std::to_string(kAmountMinorMax));
  }
  return Money(amount.minor(), currency);
}

void Fill(type::v1::Money& to, std::int64_t minor, const Charge& charge) { to = rpc::MoneyProto(minor, charge.currency_code); }

v1::Charge ToProto(const Charge& charge) {
  v1::Charge to;
  to.set_key(charge.key.value());
  Fill(*to.mutable_amount(), charge.amount_minor, charge);
  Fill(*to.mutable_captured(), charge.captured_minor, charge);
  Fill(*to.mutable_refunded(), charge.refunded_minor, charge);
  to.set_state(static_cast<v1::Charge::State>(charge.state));
  *to.mutable_create_time() = rpc::ToProto(charge.created);
  return to;
}

}  // namespace

SandboxService::SandboxService(Sandbox& sandbox, Store& store, const Clock& clock, const names::PageTokens& page_tokens,
                               rpc::Pipeline& pipeline)
    : rpc::Service("octavo.payments.v1.SandboxService", pipeline),
      sandbox_(sandbox),
      store_(store),
      clock_(clock),
      page_tokens_(page_tokens) {
  Unary("Authorize", this, &SandboxService::Authorize);
  Unary("Capture", this, &SandboxService::Capture);
  Unary("Void", this, &SandboxService::Void);
  Unary("Refund", this, &SandboxService::Refund);
  Unary("GetCharge", this, &SandboxService::GetCharge);
  Unary("ListCharges", this, &SandboxService::ListCharges);
}

Result<v1::Charge> SandboxService::Authorize(const rpc::Call& call, const v1::AuthorizeRequest& request) {
  const Money amount = TRY(ParseAmount(request.amount()));
  const auto behaviour = TRY(ParseToken(request.token()));
  auto key = TRY(ParseKey(request.key()));
  const Authorization authorization{.key = std::move(key),
                                    .currency_code = std::string(amount.currency().code()),
                                    .amount_minor = amount.minor(),
                                    .behaviour = behaviour};
  // Without a deadline it is the end of time; minus the present time it still fits.
  return ToProto(TRY(sandbox_.Authorize(authorization, call.deadline() - clock_.Now())));
}

Result<v1::Charge> SandboxService::Capture(const rpc::Call&, const v1::CaptureRequest& request) {
  return ToProto(TRY(sandbox_.Capture(TRY(ParseKey(request.key())))));
}

Result<v1::Charge> SandboxService::Void(const rpc::Call&, const v1::VoidRequest& request) {
  return ToProto(TRY(sandbox_.Void(TRY(ParseKey(request.key())))));
}

Result<v1::Charge> SandboxService::Refund(const rpc::Call&, const v1::RefundRequest& request) {
  const Money amount = TRY(ParseAmount(request.amount()));
  auto key = TRY(ParseKey(request.key()));
  auto refund_key = TRY(ParseKeyText("refund_key", request.refund_key()));
  const auto charge = TRY(sandbox_.GiveBack({.key = std::move(key),
                                             .refund_key = std::move(refund_key),
                                             .currency_code = std::string(amount.currency().code()),
                                             .amount_minor = amount.minor()}));
  return ToProto(charge);
}

Result<v1::Charge> SandboxService::GetCharge(const rpc::Call&, const v1::GetChargeRequest& request) {
  return ToProto(TRY(sandbox_.Find(TRY(ParseKey(request.key())))));
}

Result<v1::ListChargesResponse> SandboxService::ListCharges(const rpc::Call&, const v1::ListChargesRequest& request) {
  const int size = TRY(names::ParsePageSize(request.page_size(), kPageSizes));
  const std::string listing = rpc::ListingOf(request);
  // A page begins after the last key of the page before, so that it stays correct while charges are added.
  ChargeKey after;
  if (!request.page_token().empty()) after = ChargeKey(TRY(page_tokens_.Open(listing, request.page_token())));
  const std::vector<Charge> charges = store_.List(after, size);
  v1::ListChargesResponse response;
  for (const Charge& charge : charges) *response.add_charges() = ToProto(charge);
  // If this full page is the last one, the next page is empty.
  if (static_cast<int>(charges.size()) == size)
    response.set_next_page_token(page_tokens_.Seal(listing, charges.back().key.value()));
  return response;
}

}  // namespace octavo::payments
