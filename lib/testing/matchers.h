// Matchers for Result and Status: EXPECT_THAT(result, IsOk()), EXPECT_THAT(result, HasReason("OUT_OF_STOCK")).
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "lib/base/result.h"

namespace octavo {

MATCHER(IsOk, negation ? "is an error" : "is ok") {
  if (arg.ok()) return true;
  *result_listener << ToString(arg.error());
  return false;
}

MATCHER_P(HasReason, reason, std::string(negation ? "has another reason than " : "has the reason ") + reason) {
  if (arg.ok()) {
    *result_listener << "which is ok";
    return false;
  }
  *result_listener << ToString(arg.error());
  return arg.error().reason == reason;
}

MATCHER_P(IsOkAnd, matcher, "is ok and its value matches") {
  if (!arg.ok()) {
    *result_listener << ToString(arg.error());
    return false;
  }
  return testing::ExplainMatchResult(testing::Matcher<typename std::decay_t<decltype(arg)>::value_type>(matcher), arg.value(),
                                     result_listener);
}

}  // namespace octavo
