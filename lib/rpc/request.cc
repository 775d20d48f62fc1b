#include "lib/rpc/request.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/reflection.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <memory>
#include <optional>
#include <vector>

namespace octavo::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool HasNul(const std::string& text) { return text.find('\0') != std::string::npos; }

std::optional<std::string> FindNul(const Message& message);

// The path below `field` to a text with a NUL: "" for the field itself; nullopt where there is none.
std::optional<std::string> FindNulIn(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  const bool is_text = field.type() == FieldDescriptor::TYPE_STRING;
  if (!is_text && field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return std::nullopt;
  std::string scratch;
  if (!field.is_repeated()) {
    if (is_text) {
      return HasNul(reflection.GetStringReference(message, &field, &scratch)) ? std::optional<std::string>("") : std::nullopt;
    }
    const auto below = FindNul(reflection.GetMessage(message, &field));
    return below ? std::optional("." + *below) : std::nullopt;
  }
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const std::string at = "[" + std::to_string(i) + "]";
    if (is_text) {
      if (HasNul(reflection.GetRepeatedStringReference(message, &field, i, &scratch))) return at;
    } else if (const auto below = FindNul(reflection.GetRepeatedMessage(message, &field, i))) {
      return at + "." + *below;
    }
  }
  return std::nullopt;
}

// The path of the first text with a NUL.
std::optional<std::string> FindNul(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (const auto below = FindNulIn(message, *field)) return field->name() + *below;
  }
  return std::nullopt;
}

// A text with a NUL has a zero byte on the wire too, and most requests have none: those need no second look.
bool HasZeroByte(const std::vector<grpc::Slice>& slices) {
  for (const grpc::Slice& slice : slices) {
    if (std::char_traits<char>::find(reinterpret_cast<const char*>(slice.begin()), slice.size(), '\0') != nullptr) return true;
  }
  return false;
}

Error Malformed(const Message& request) {
  return Error{Code::kInvalidArgument, "MALFORMED_REQUEST",
               "the request's bytes are not a message of the type " + request.GetTypeName() + ", or a text in it is not UTF-8"};
}

}  // namespace

Status ParseRequest(grpc::ByteBuffer& bytes, Message& request) {
  std::vector<grpc::Slice> slices;
  if (!bytes.Valid()) return Ok();  // Nothing was sent: a message without fields.
  if (!bytes.Dump(&slices).ok()) return Malformed(request);
  if (slices.size() == 1) {
    if (!request.ParseFromArray(slices[0].begin(), static_cast<int>(slices[0].size()))) return Malformed(request);
  } else {
    grpc::ProtoBufferReader reader(&bytes);
    if (!reader.status().ok() || !request.ParseFromZeroCopyStream(&reader)) return Malformed(request);
  }
  return HasZeroByte(slices) ? CheckTexts(request) : Ok();
}

Status CheckTexts(const Message& message) {
  if (const auto path = FindNul(message)) {
    return InvalidField(*path, "has a NUL character (U+0000), which no text of the shop may have");
  }
  return Ok();
}

std::string ListingOf(const Message& request) {
  const std::unique_ptr<Message> rest(request.New());
  rest->CopyFrom(request);
  for (const char* name : {"page_size", "page_token"}) {
    const FieldDescriptor* field = rest->GetDescriptor()->FindFieldByName(name);
    if (field != nullptr) rest->GetReflection()->ClearField(rest.get(), field);
  }
  std::string listing = request.GetTypeName() + "\n";
  google::protobuf::io::StringOutputStream out(&listing);
  google::protobuf::io::CodedOutputStream coded(&out);
  coded.SetSerializationDeterministic(true);
  rest->SerializeToCodedStream(&coded);
  coded.Trim();
  return listing;
}

}  // namespace octavo::rpc
