#include "services/accounts/domain/common_passwords.h"

namespace octavo::accounts {

bool IsAmongTheMostUsed(std::string_view password) {
  // A search by halves over the bytes: `rest` begins with a line, ends with the end of one, and has the password if any line has.
  std::string_view rest = MostUsedPasswords();
  while (!rest.empty()) {
    const std::size_t before = rest.substr(0, rest.size() / 2).rfind('\n');
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t end = rest.find('\n', begin);
    const std::string_view line = rest.substr(begin, end - begin);
    if (line == password) return true;
    rest = line < password ? rest.substr(end + 1) : rest.substr(0, begin);
  }
  return false;
}

}  // namespace octavo::accounts
