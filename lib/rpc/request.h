// What every request goes through before its handler sees it. Thread-safe.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include <string>

#include "lib/base/result.h"

namespace octavo::rpc {

// Reads `bytes` into `request`. INVALID_ARGUMENT when they are no such message (MALFORMED_REQUEST: gRPC itself would answer
// INTERNAL, as if it were our fault; protobuf also refuses texts that are not UTF-8), or when a text in it has a NUL, which no
// database keeps (INVALID_FIELD, naming the field).
Status ParseRequest(grpc::ByteBuffer& bytes, google::protobuf::Message& request);

// As ParseRequest's second rule, for a message that came another way.
Status CheckTexts(const google::protobuf::Message& message);

// What a listing's page token belongs to (lib/names/page_tokens.h): the kind of the request and all of it but page_size
// and page_token.
std::string ListingOf(const google::protobuf::Message& request);

}  // namespace octavo::rpc
