#include "lib/base/digest.h"

#include <gtest/gtest.h>

#include "lib/base/fingerprint.h"

namespace octavo {
namespace {

TEST(DigestTest, Sha256IsThatOfFips180) {
  EXPECT_EQ(Hex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(DigestTest, HmacIsThatOfRfc4231AndPartsAreOneText) {
  const Secret key(std::string(20, '\x0b'));
  const std::string expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
  EXPECT_EQ(Hex(HmacSha256(key, {"Hi There"})), expected);
  EXPECT_EQ(Hex(HmacSha256(key, {"Hi ", "", "There"})), expected);
}

TEST(DigestTest, Base64UrlComesBackAndNothingElseIsTaken) {
  for (const std::string& bytes : {std::string(), std::string("\0", 1), std::string("\xfb\xff\xfe"), std::string(32, 'k')}) {
    EXPECT_EQ(FromBase64Url(Base64Url(bytes)), bytes);
  }
  EXPECT_EQ(Base64Url("\xfb\xff\xfe"), "-__-");
  for (const std::string_view text : {"+//+", "-__-=", "-_ _-", "-", "-__-\n"}) EXPECT_EQ(FromBase64Url(text), std::nullopt);
}

TEST(DigestTest, OnlyTheSameTextIsTheSame) {
  EXPECT_TRUE(SameInConstantTime("", ""));
  EXPECT_TRUE(SameInConstantTime("abc", "abc"));
  EXPECT_FALSE(SameInConstantTime("abc", "abd"));
  EXPECT_FALSE(SameInConstantTime("abc", "ab"));
  EXPECT_FALSE(SameInConstantTime("abc", "abcd"));
}

// http://www.isthe.com/chongo/src/fnv/test_fnv.c
TEST(FingerprintTest, IsFnv1a) {
  static_assert(Fingerprint("") == 0xcbf29ce484222325);
  EXPECT_EQ(Fingerprint("a"), 0xaf63dc4c8601ec8c);
  EXPECT_EQ(Fingerprint("foobar"), 0x85944171f73967e8);
  EXPECT_EQ(Fingerprint("bar", Fingerprint("foo")), Fingerprint("foobar"));
}

}  // namespace
}  // namespace octavo
