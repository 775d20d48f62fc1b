#include "services/transactions/card_client.h"

#include "lib/rpc/values.h"
#include "services/transactions/peers_client.h"

namespace octavo::transactions {

void SandboxCard::Connect(const std::shared_ptr<grpc::Channel>& payments) {
  sandbox_ = payments::v1::SandboxService::NewStub(payments);
}

Status SandboxCard::Authorize(const Order& order, const std::string& token, const rpc::Limits& limits) {
  payments::v1::AuthorizeRequest request;
  request.set_key(order.id.value());
  *request.mutable_amount() = rpc::MoneyProto(order.totals.total_minor, order.currency_code);
  request.set_token(token);
  const auto charge = caller_.Invoke(*sandbox_, &payments::v1::SandboxService::StubInterface::Authorize, request,
                                     rpc::Within(limits, kProviderBudget));
  if (charge.ok()) return Ok();
  if (charge.error().reason == "DECLINED") {
    return Error{Code::kFailedPrecondition, "PAYMENT_DECLINED", "the card provider declined the payment"};
  }
  if (!Transient(charge.error())) return charge.error();
  // The outcome is unknown: ask what became of the key, rather than guess.
  payments::v1::GetChargeRequest question;
  question.set_key(order.id.value());
  const auto found = caller_.Invoke(*sandbox_, &payments::v1::SandboxService::StubInterface::GetCharge, question,
                                    rpc::Within(limits, kReadBudget));
  if (!found.ok() && found.error().code == Code::kNotFound) {
    // Nothing happened, and after this nothing can: the key is void.
    TRY(Void(order.id, limits));
    return Error{.code = Code::kFailedPrecondition,
                 .reason = "PAYMENT_DECLINED",
                 .message = "the card provider did not answer in time; nothing was charged",
                 .metadata = {{"cause", "NO_ANSWER"}}};
  }
  if (!found.ok()) return charge.error();
  using Charge = payments::v1::Charge;
  if (found->state() == Charge::STATE_AUTHORIZED || found->state() == Charge::STATE_CAPTURED) return Ok();
  if (found->state() == Charge::STATE_DECLINED || found->state() == Charge::STATE_VOIDED) {
    return Error{Code::kFailedPrecondition, "PAYMENT_DECLINED", "the card provider declined the payment"};
  }
  return charge.error();
}

Result<std::optional<std::int64_t>> SandboxCard::Known(const OrderId& order, const rpc::Limits& limits) {
  payments::v1::GetChargeRequest request;
  request.set_key(order.value());
  const auto found = caller_.Invoke(*sandbox_, &payments::v1::SandboxService::StubInterface::GetCharge, request,
                                    rpc::Within(limits, kReadBudget));
  if (!found.ok()) return NothingWhere(found.error(), "UNKNOWN_CHARGE");
  const bool let_go = found->state() == payments::v1::Charge::STATE_VOIDED;
  return std::optional<std::int64_t>(found->refunded().minor() + (let_go ? 1 : 0));
}

Status SandboxCard::Capture(const OrderId& order, const rpc::Limits& limits) {
  payments::v1::CaptureRequest request;
  request.set_key(order.value());
  return Discard(caller_.Invoke(*sandbox_, &payments::v1::SandboxService::StubInterface::Capture, request,
                                rpc::Within(limits, kProviderBudget)));
}

Status SandboxCard::Void(const OrderId& order, const rpc::Limits& limits) {
  payments::v1::VoidRequest request;
  request.set_key(order.value());
  return Discard(caller_.Invoke(*sandbox_, &payments::v1::SandboxService::StubInterface::Void, request,
                                rpc::Within(limits, kProviderBudget)));
}

Status SandboxCard::Refund(const OrderId& order, const std::string& key, std::int64_t amount_minor,
                           const std::string& currency_code, const rpc::Limits& limits) {
  payments::v1::RefundRequest request;
  request.set_key(order.value());
  request.set_refund_key(key);
  *request.mutable_amount() = rpc::MoneyProto(amount_minor, currency_code);
  return Discard(caller_.Invoke(*sandbox_, &payments::v1::SandboxService::StubInterface::Refund, request,
                                rpc::Within(limits, kProviderBudget)));
}

}  // namespace octavo::transactions
