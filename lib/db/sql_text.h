// Text for statements whose number of parameters varies. Each size is a text of its own that must be prepared: use few sizes
// (full batches and a rest), and at most kParametersMax parameters per statement.
#pragma once

#include <string>
#include <string_view>

namespace octavo::db {

// More is possible, and slower: SQLite looks each parameter up among all before it (2,000: 1 ms; 32,766:
// seconds).
inline constexpr int kParametersMax = 2000;

// Placeholders(3) is "$1,$2,$3", Placeholders(2, 5) is "$5,$6": for IN (…). count > 0.
std::string Placeholders(int count, int first = 1);

// Tuples(2, 3) is "($1,$2,$3),($4,$5,$6)": for INSERT … VALUES. rows, columns > 0.
std::string Tuples(int rows, int columns);

// The statement, or its beginning if it is long, for the message of an error.
std::string ForMessage(std::string_view sql);

}  // namespace octavo::db
