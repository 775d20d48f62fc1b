// Who may call which method: every method of the shop's contracts with every kind of caller, over gRPC as anybody would call it.
// What is to come is worked out here from the contracts, in another way than lib/rpc/access.cc does it.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <vector>

#include "lib/rpc/channel.h"
#include "lib/rpc/status.h"
#include "lib/runtime/shop.h"
#include "lib/testing/page_tokens.h"
#include "lib/testing/temp_dir.h"
#include "octavo/type/v1/access.pb.h"
#include "services/accounts/module.h"
#include "services/cart/module.h"
#include "services/catalog/module.h"
#include "services/inventory/module.h"
#include "services/payments/module.h"
#include "services/promotions/module.h"
#include "services/recommendations/module.h"
#include "services/transactions/module.h"

namespace octavo {
namespace {

using namespace std::chrono_literals;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using identity::Identity;
using identity::StaffRole;

constexpr char kAda[] = "customers/0198f0a2-0000-7000-8000-00000000000a";
constexpr char kBob[] = "customers/0198f0a2-0000-7000-8000-00000000000b";
// An open stream ends by it; what is refused, is refused at once.
constexpr std::chrono::milliseconds kStreamTime{150};
constexpr std::chrono::seconds kCallTime{30};

// Whose data the request names.
enum class About { kNobody, kAda, kBob, kAsStaff };

struct Caller {
  std::string name;
  Identity identity;
};

std::vector<Caller> Callers() {
  std::vector<Caller> callers = {{"nobody", {}},
                                 {"ada", {.subject = kAda}},
                                 {"ada at the marketplace", {.subject = kAda, .service = "marketplace"}},
                                 {"ada, who is a bookseller", {.subject = kAda, .role = StaffRole::kBookseller}},
                                 {"a bookseller", {.subject = "customers/bea", .role = StaffRole::kBookseller}},
                                 {"a manager", {.subject = "customers/max", .role = StaffRole::kManager}},
                                 {"an owner", {.subject = "customers/olga", .role = StaffRole::kOwner}}};
  for (const char* service : {"accounts", "cart", "catalog", "hello", "inventory", "marketplace", "payments", "promotions",
                              "recommendations", "transactions"}) {
    callers.push_back({service, {.service = service}});
  }
  for (const std::string_view scope : identity::kScopes) {
    callers.push_back({"scope " + std::string(scope), {.subject = "apiKeys/1", .scopes = {std::string(scope)}}});
  }
  return callers;
}

// What the contract says, read as a person would read docs/access.md: each cell in turn.
bool MayCall(const type::v1::Access& access, const Identity& caller, About about) {
  const auto in = [](const auto& list, const std::string& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  const std::set<std::string> scopes(caller.scopes.begin(), caller.scopes.end());
  if (access.everybody() || in(access.services(), caller.service)) return true;
  if (access.role() != 0 && static_cast<int>(caller.role) >= static_cast<int>(access.role())) return true;
  for (const std::string& scope : access.scopes()) {
    if (scopes.contains(scope)) return true;
  }
  const bool names_somebody = !access.owner().empty() && (about == About::kAda || about == About::kBob);
  if (about == About::kAsStaff && !access.as_staff().empty()) return false;
  if (names_somebody) return about == About::kAda && caller.subject == kAda;
  return access.storefront() && (caller.service == "marketplace" || scopes.contains("storefront"));
}

// A name of the kind that the field holds: the carts and readers of a customer are theirs.
std::string NameOf(const std::string& method, const std::string& path, const std::string& customer) {
  const std::string id = customer.substr(customer.find('/') + 1);
  if (method.find("CartService") != std::string::npos) return "carts/c-" + id;
  return path.find("reader") != std::string::npos ? "readers/c-" + id : customer;
}

void Set(Message& request, const std::string& path, const std::string& value) {
  Message* message = &request;
  std::istringstream parts(path);
  for (std::string part; std::getline(parts, part, '.');) {
    const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(part);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      message = message->GetReflection()->MutableMessage(message, field);
    } else {
      message->GetReflection()->SetString(message, field, value);
    }
  }
}

class AccessTest : public testing::Test {
 protected:
  AccessTest() {
    std::vector<std::unique_ptr<runtime::Module>> modules;
    modules.push_back(std::make_unique<accounts::Module>());
    modules.push_back(std::make_unique<cart::Module>());
    modules.push_back(std::make_unique<catalog::Module>());
    modules.push_back(std::make_unique<inventory::Module>());
    modules.push_back(std::make_unique<payments::Module>());
    modules.push_back(std::make_unique<promotions::Module>());
    modules.push_back(std::make_unique<recommendations::Module>());
    modules.push_back(std::make_unique<transactions::Module>());
    shop_ = std::make_unique<runtime::Shop>(runtime::Shop::Options{.listen = "127.0.0.1:0"}, environment_, std::move(modules));
  }
  void SetUp() override {
    ASSERT_TRUE(shop_->Start().ok());
    channel_ = rpc::Connect({.target = "127.0.0.1:" + std::to_string(shop_->port())});
  }

  std::vector<const MethodDescriptor*> Methods() const {
    std::vector<const MethodDescriptor*> methods;
    for (const char* service : {"accounts.v1.AccountsService", "cart.v1.CartService", "catalog.v1.CatalogService",
                                "inventory.v1.InventoryService", "payments.v1.SandboxService", "promotions.v1.PromotionsService",
                                "recommendations.v1.RecommendationsService", "transactions.v1.TransactionsService"}) {
      const auto* found = DescriptorPool::generated_pool()->FindServiceByName(std::string("octavo.") + service);
      for (int i = 0; i < found->method_count(); ++i) methods.push_back(found->method(i));
    }
    return methods;
  }

  std::unique_ptr<Message> Request(const MethodDescriptor& method, const type::v1::Access& access, About about) {
    std::unique_ptr<Message> request(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
    if (about == About::kAsStaff && !access.as_staff().empty()) {
      request->GetReflection()->SetBool(request.get(), method.input_type()->FindFieldByName(access.as_staff()), true);
    }
    if (about != About::kAda && about != About::kBob) return request;
    for (const std::string& path : access.owner()) {
      Set(*request, path, NameOf(method.full_name(), path, about == About::kAda ? kAda : kBob));
    }
    return request;
  }

  // How the call ends: one message is sent, whatever kind of method it is.
  Error Call(const MethodDescriptor& method, const Message& request, const std::map<std::string, std::string>& metadata) {
    const bool streams = method.server_streaming();
    grpc::ClientContext context;
    const auto time = streams ? std::chrono::milliseconds(kStreamTime) : std::chrono::milliseconds(kCallTime);
    context.set_deadline(std::chrono::time_point_cast<std::chrono::system_clock::duration>(clock_.Now() + time));
    for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
    grpc::CompletionQueue queue;
    grpc::GenericStub stub(channel_);
    const auto call = stub.PrepareCall(&context, "/" + method.service()->full_name() + "/" + method.name(), &queue);
    const auto wait = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      return queue.Next(&tag, &ok) && ok;
    };
    call->StartCall(nullptr);
    wait();
    const grpc::Slice slice(request.SerializeAsString());
    call->WriteLast(grpc::ByteBuffer(&slice, 1), {}, nullptr);
    wait();
    grpc::ByteBuffer answer;
    bool open = true;
    while (open) {
      call->Read(&answer, nullptr);
      open = wait();
      if (open && streams) context.TryCancel();
    }
    grpc::Status status;
    call->Finish(&status, nullptr);
    wait();
    return status.ok() ? Error{} : rpc::ToError(status);
  }

  std::map<std::string, std::string> MetadataOf(const Identity& caller) {
    std::map<std::string, std::string> metadata;
    if (!caller.service.empty()) metadata["octavo-service"] = *tokens_->ForService(caller.service);
    Identity person = caller;
    person.service.clear();
    if (!person.subject.empty()) metadata["authorization"] = "Bearer " + tokens_->Sign(person, clock_.Now() + 1h);
    return metadata;
  }

  static bool IsRefusal(const Error& error) {
    return (error.code == Code::kUnauthenticated && error.reason == "WHO_CALLS") ||
           (error.code == Code::kPermissionDenied && error.reason == "NOT_ALLOWED");
  }

  TempDir folder_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  std::unique_ptr<identity::Tokens> tokens_ = *identity::Tokens::Signing(
      names::Keys({Secret(std::string(names::Keys::kKeyBytes, 'k'))}), folder_.path(), clock_, random_);
  runtime::Environment environment_ = [this] {
    runtime::Environment environment{folder_.path(), clock_, random_, *log_, metrics_, tracer_, TestPageTokens()};
    environment.tokens = tokens_.get();
    return environment;
  }();
  std::unique_ptr<runtime::Shop> shop_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(AccessTest, EveryMethodIsOpenToWhomItsContractNamesAndToNobodyElse) {
  int allowed = 0;
  int refused = 0;
  for (const MethodDescriptor* method : Methods()) {
    ASSERT_TRUE(method->options().HasExtension(type::v1::access)) << method->full_name();
    const type::v1::Access& access = method->options().GetExtension(type::v1::access);
    for (const Caller& caller : Callers()) {
      for (const About about : {About::kNobody, About::kAda, About::kBob, About::kAsStaff}) {
        if (about != About::kNobody && access.owner().empty()) continue;
        const bool may = MayCall(access, caller.identity, about);
        const Error end = Call(*method, *Request(*method, access, about), MetadataOf(caller.identity));
        EXPECT_EQ(IsRefusal(end), !may) << method->full_name() << " by " << caller.name << " about " << static_cast<int>(about)
                                        << ": " << ToString(end);
        if (!may) {
          EXPECT_EQ(end.code == Code::kUnauthenticated, caller.identity.is_nobody()) << method->full_name();
        }
        ++(may ? allowed : refused);
      }
    }
  }
  // Neither all nor none.
  EXPECT_GT(allowed, 500);
  EXPECT_GT(refused, 1500);
  std::printf("%d calls allowed, %d refused\n", allowed, refused);
}

TEST_F(AccessTest, AForgedTokenOpensNothingNotEvenWhatIsForEverybody) {
  const std::string expired = tokens_->Sign({.subject = kAda, .role = StaffRole::kOwner}, clock_.Now() - 1s);
  for (const MethodDescriptor* method : Methods()) {
    const auto& access = method->options().GetExtension(type::v1::access);
    const auto request = Request(*method, access, About::kNobody);
    EXPECT_EQ(Call(*method, *request, {{"authorization", "Bearer x.y.z"}}).reason, "BAD_TOKEN") << method->full_name();
    EXPECT_EQ(Call(*method, *request, {{"octavo-service", "cart"}}).reason, "BAD_TOKEN") << method->full_name();
    EXPECT_EQ(Call(*method, *request, {{"authorization", "Basic YTpi"}}).reason, "BAD_TOKEN") << method->full_name();
    EXPECT_EQ(Call(*method, *request, {{"authorization", "Bearer " + expired}}).reason, "TOKEN_EXPIRED") << method->full_name();
  }
}

}  // namespace
}  // namespace octavo
