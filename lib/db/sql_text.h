// Text for statements whose number of parameters varies. Each size is a text of its own to prepare: keep
// sizes few (full batches and a rest), and below kParametersMax in all.
#pragma once

#include <string>

namespace octavo::db {

// SQLite's limit; PostgreSQL's is twice that.
inline constexpr int kParametersMax = 32766;

// Placeholders(3) is "$1,$2,$3", Placeholders(2, 5) is "$5,$6": for IN (…). count > 0.
std::string Placeholders(int count, int first = 1);

// Tuples(2, 3) is "($1,$2,$3),($4,$5,$6)": for INSERT … VALUES. rows, columns > 0.
std::string Tuples(int rows, int columns);

}  // namespace octavo::db
