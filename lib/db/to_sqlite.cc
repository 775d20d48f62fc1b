// Migrations are written in PostgreSQL's words; this turns them into SQLite's. It cuts the text into words,
// quoted texts, comments and single characters, which is all it has to understand.
#include <algorithm>
#include <string>
#include <string_view>

#include "lib/db/migrations.h"

namespace octavo::db {
namespace {

bool IsWordCharacter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::size_t LengthWhile(std::string_view text, bool (*matches)(char)) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), matches) - text.begin());
}

// Up to and including `end`, or all if it is not there.
std::size_t LengthThrough(std::string_view text, std::string_view end, std::size_t from) {
  const std::size_t at = text.find(end, from);
  return at == std::string_view::npos ? text.size() : at + end.size();
}

// Whether two words are equal, ignoring the case of ASCII letters.
bool SameWord(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return Upper(x) == Upper(y); });
}

class SqlScanner {
 public:
  enum class Kind { kEnd, kWord, kQuoted, kComment, kSpace, kSymbol };
  struct Piece {
    Kind kind = Kind::kEnd;
    std::string_view text;
  };

  explicit SqlScanner(std::string_view sql) : rest_(sql) {}

  // The next piece; kEnd for ever after the last. All pieces together are the whole text.
  Piece Next();

 private:
  Piece Take(Kind kind, std::size_t length);

  std::string_view rest_;
};

SqlScanner::Piece SqlScanner::Take(Kind kind, std::size_t length) {
  const Piece piece{kind, rest_.substr(0, length)};
  rest_.remove_prefix(piece.text.size());
  return piece;
}

SqlScanner::Piece SqlScanner::Next() {
  if (rest_.empty()) return {};
  const char first = rest_.front();
  if (IsWordCharacter(first)) return Take(Kind::kWord, LengthWhile(rest_, IsWordCharacter));
  if (IsSpace(first)) return Take(Kind::kSpace, LengthWhile(rest_, IsSpace));
  // A doubled quote inside gives two texts side by side, which has the same effect.
  if (first == '\'' || first == '"') return Take(Kind::kQuoted, LengthThrough(rest_, rest_.substr(0, 1), 1));
  if (rest_.starts_with("--")) return Take(Kind::kComment, LengthThrough(rest_, "\n", 2));
  if (rest_.starts_with("/*")) return Take(Kind::kComment, LengthThrough(rest_, "*/", 2));
  return Take(Kind::kSymbol, 1);
}

// Turns PostgreSQL's words for types into SQLite's, and remembers enough to know where a CREATE TABLE ends.
class Translator {
 public:
  explicit Translator(std::string_view sql) : scanner_(sql) {}

  std::string Run() {
    for (SqlScanner::Piece piece = scanner_.Next(); piece.kind != SqlScanner::Kind::kEnd; piece = scanner_.Next()) {
      if (piece.kind == SqlScanner::Kind::kWord) {
        AddWord(piece.text);
      } else {
        AddOther(piece);
      }
    }
    EndStatement();
    return out_;
  }

 private:
  void AddWord(std::string_view word) {
    ++words_;
    if (words_ == 1) creates_ = SameWord(word, "CREATE");
    if (words_ == 2) creates_ = creates_ && SameWord(word, "TABLE");
    if (SameWord(word, "BIGINT")) {
      out_ += "INTEGER";
    } else if (SameWord(word, "BYTEA")) {
      out_ += "BLOB";
    } else if (SameWord(word, "DOUBLE")) {
      out_ += "REAL";
      after_double_ = true;
    } else if (!(after_double_ && SameWord(word, "PRECISION"))) {
      out_ += word;
    }
  }

  void AddOther(const SqlScanner::Piece& piece) {
    if (piece.kind == SqlScanner::Kind::kSymbol) {
      after_double_ = false;
      if (piece.text == ";") EndStatement();
    }
    out_ += piece.text;
  }

  void EndStatement() {
    if (creates_ && words_ >= 2) out_ += " STRICT";
    words_ = 0;
    creates_ = false;
    after_double_ = false;
  }

  SqlScanner scanner_;
  std::string out_;
  int words_ = 0;              // Of the statement so far.
  bool creates_ = false;       // It begins with CREATE, then CREATE TABLE.
  bool after_double_ = false;  // The PRECISION of a DOUBLE PRECISION may follow.
};

}  // namespace

std::string ToSqlite(std::string_view sql) { return Translator(sql).Run(); }

}  // namespace octavo::db
