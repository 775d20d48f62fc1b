// Access: who may call a method, as its proto says (octavo/type/v1/access.proto). Immutable; thread-safe.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/identity/identity.h"
#include "octavo/type/v1/access.pb.h"

namespace octavo::rpc {

class Access {
 public:
  // Everybody may call: for contracts that are older than the shop, whose protos cannot say it.
  static Access ForEverybody();
  // A method without the option, or one that names a field that its request does not have, is a bug (CHECK).
  static Access Of(const google::protobuf::MethodDescriptor& method);

  // Before the request is read. Refuses whom the method refuses whatever they ask for: UNAUTHENTICATED (WHO_CALLS) where nobody
  // shows an identity, else PERMISSION_DENIED (NOT_ALLOWED).
  Status Check(const identity::Identity& caller) const;
  // Whether the caller is allowed whatever the request says.
  bool AllowsAlways(const identity::Identity& caller) const;
  // The whole decision, for those whom the first lets pass. The same errors.
  Status Check(const identity::Identity& caller, const google::protobuf::Message& request) const;

  const type::v1::Access& policy() const { return policy_; }

 private:
  using Path = std::vector<const google::protobuf::FieldDescriptor*>;

  bool IsStorefront(const identity::Identity& caller) const;
  Error Refused(const identity::Identity& caller, const std::string& why) const;

  std::string method_;
  type::v1::Access policy_;
  std::vector<Path> owners_;
  const google::protobuf::FieldDescriptor* as_staff_ = nullptr;
};

}  // namespace octavo::rpc
