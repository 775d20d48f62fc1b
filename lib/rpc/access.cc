#include "lib/rpc/access.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/reflection.h>

#include <algorithm>
#include <string_view>

#include "lib/base/check.h"

namespace octavo::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The service and the scope whose callers speak for guests and customers.
constexpr std::string_view kStorefrontService = "marketplace";
constexpr std::string_view kStorefrontScope = "storefront";

// "customer.customer" of a request.
std::vector<const FieldDescriptor*> PathTo(const Descriptor* message, std::string_view text) {
  std::vector<const FieldDescriptor*> path;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('.'), text.size());
    CHECK(message != nullptr);
    path.push_back(message->FindFieldByName(std::string(text.substr(0, end))));
    CHECK(path.back() != nullptr && !path.back()->is_repeated());
    message = path.back()->message_type();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  CHECK(!path.empty() && path.back()->type() == FieldDescriptor::TYPE_STRING);
  return path;
}

std::string TextAt(const Message& request, const std::vector<const FieldDescriptor*>& path) {
  const Message* message = &request;
  for (const FieldDescriptor* field : path) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return message->GetReflection()->GetString(*message, field);
    message = &message->GetReflection()->GetMessage(*message, field);
  }
  return "";
}

}  // namespace

Access Access::ForEverybody() {
  Access access;
  access.policy_.set_everybody(true);
  return access;
}

Access Access::Of(const google::protobuf::MethodDescriptor& method) {
  CHECK(method.options().HasExtension(type::v1::access));
  Access access;
  access.method_ = method.service()->name() + "/" + method.name();
  access.policy_ = method.options().GetExtension(type::v1::access);
  for (const std::string& path : access.policy_.owner()) access.owners_.push_back(PathTo(method.input_type(), path));
  for (const std::string& scope : access.policy_.scopes()) CHECK(identity::IsScope(scope));
  if (!access.policy_.as_staff().empty()) {
    access.as_staff_ = method.input_type()->FindFieldByName(access.policy_.as_staff());
    CHECK(access.as_staff_ != nullptr && access.as_staff_->type() == FieldDescriptor::TYPE_BOOL);
  }
  return access;
}

bool Access::AllowsAlways(const identity::Identity& caller) const {
  if (policy_.everybody()) return true;
  if (policy_.role() != type::v1::STAFF_ROLE_UNSPECIFIED && static_cast<int>(caller.role) >= policy_.role()) return true;
  if (!caller.service.empty() && std::ranges::find(policy_.services(), caller.service) != policy_.services().end()) return true;
  return std::ranges::any_of(policy_.scopes(), [&](const std::string& scope) { return caller.has_scope(scope); });
}

bool Access::IsStorefront(const identity::Identity& caller) const {
  return policy_.storefront() && (caller.service == kStorefrontService || caller.has_scope(kStorefrontScope));
}

Error Access::Refused(const identity::Identity& caller, const std::string& why) const {
  if (caller.is_nobody()) {
    return {Code::kUnauthenticated, "WHO_CALLS",
            method_ + " is not for everybody: send a token as the metadata \"authorization: Bearer <token>\""};
  }
  return {Code::kPermissionDenied, "NOT_ALLOWED", caller.ToText() + " may not call " + method_ + why};
}

Status Access::Check(const identity::Identity& caller) const {
  if (AllowsAlways(caller) || IsStorefront(caller)) return Ok();
  if (!owners_.empty() && !caller.customer().empty()) return Ok();  // The request decides.
  return Refused(caller, "");
}

Status Access::Check(const identity::Identity& caller, const Message& request) const {
  if (AllowsAlways(caller)) return Ok();
  if (as_staff_ != nullptr && request.GetReflection()->GetBool(request, as_staff_)) {
    return Refused(caller, " with " + policy_.as_staff() + ", which is for the shop's staff");
  }
  bool is_owner = false;
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    const std::string owner = identity::OwnerOf(TextAt(request, owners_[i]));
    if (owner.empty()) continue;
    if (owner != caller.customer())
      return Refused(caller, " about another customer (" + policy_.owner(static_cast<int>(i)) + ")");
    is_owner = true;
  }
  if (is_owner || IsStorefront(caller)) return Ok();
  return Refused(caller, " without naming themselves in " + policy_.owner(0));
}

}  // namespace octavo::rpc
