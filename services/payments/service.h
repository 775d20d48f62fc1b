// SandboxService: octavo.payments.v1 over a Sandbox. It translates messages and decides nothing.
#pragma once

#include "lib/base/clock.h"
#include "lib/names/page_tokens.h"
#include "lib/rpc/service.h"
#include "octavo/payments/v1/sandbox.pb.h"
#include "services/payments/sandbox.h"
#include "services/payments/store.h"

namespace octavo::payments {

namespace v1 = ::octavo::payments::v1;

class SandboxService final : public rpc::Service {
 public:
  // All must outlive the service.
  SandboxService(Sandbox& sandbox, Store& store, const Clock& clock, const names::PageTokens& page_tokens,
                 rpc::Pipeline& pipeline);

 private:
  Result<v1::Charge> Authorize(const rpc::Call& call, const v1::AuthorizeRequest& request);
  Result<v1::Charge> Capture(const rpc::Call& call, const v1::CaptureRequest& request);
  Result<v1::Charge> Void(const rpc::Call& call, const v1::VoidRequest& request);
  Result<v1::Charge> Refund(const rpc::Call& call, const v1::RefundRequest& request);
  Result<v1::Charge> GetCharge(const rpc::Call& call, const v1::GetChargeRequest& request);
  Result<v1::ListChargesResponse> ListCharges(const rpc::Call& call, const v1::ListChargesRequest& request);

  Sandbox& sandbox_;
  Store& store_;
  const Clock& clock_;
  const names::PageTokens& page_tokens_;
};

}  // namespace octavo::payments
