#include "services/catalog/import/book_text.h"

#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

namespace octavo::catalog {
namespace {

constexpr std::size_t kChunkBytes = 1U << 16;
// How sure (of 100) ICU must be of an encoding other than Windows-1252. A short file with umlauts looks a little like any
// encoding.
constexpr int kSure = 60;
constexpr const char* kUtf8 = "UTF-8";
constexpr const char* kWestern = "windows-1252";

// Facts about the bytes of a file, from one pass in constant memory.
struct Bytes {
  std::string beginning;  // kChunkBytes at most.
  std::size_t count = 0;
  std::size_t nuls_even = 0;  // At even and odd places.
  std::size_t nuls_odd = 0;
  std::size_t utf8_letters = 0;  // Well-formed sequences of two bytes and more.
  std::size_t bad_utf8 = 0;
  std::size_t first_bad_line = 0;
  std::size_t line_feeds = 0;
  std::size_t carriage_returns = 0;
};

// Follows UTF-8 (RFC 3629) byte by byte.
class Utf8Watch {
 public:
  void See(unsigned char c, Bytes& bytes) {
    if (wanted_ > 0 && c >= min_ && c <= max_) {
      min_ = 0x80;
      max_ = 0xBF;
      if (--wanted_ == 0) ++bytes.utf8_letters;
      return;
    }
    if (wanted_ > 0) Bad(bytes);
    wanted_ = c >= 0xC2 && c <= 0xDF ? 1 : c >= 0xE0 && c <= 0xEF ? 2 : c >= 0xF0 && c <= 0xF4 ? 3 : 0;
    if (c >= 0x80 && wanted_ == 0) Bad(bytes);
    min_ = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    max_ = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
  }
  void End(Bytes& bytes) {
    if (wanted_ > 0) Bad(bytes);
  }

 private:
  static void Bad(Bytes& bytes) {
    if (bytes.bad_utf8++ == 0) bytes.first_bad_line = bytes.line_feeds + 1;
  }

  int wanted_ = 0;  // Bytes still missing of this letter; the next one must be from min_ to max_.
  unsigned char min_ = 0x80;
  unsigned char max_ = 0xBF;
};

Bytes Look(std::istream& stream) {
  Bytes bytes;
  Utf8Watch utf8;
  std::string chunk(kChunkBytes, '\0');
  while (true) {
    stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    const auto size = static_cast<std::size_t>(stream.gcount());
    if (size == 0) break;
    if (bytes.count == 0) bytes.beginning = chunk.substr(0, size);
    for (const char raw : std::string_view(chunk).substr(0, size)) {
      const auto c = static_cast<unsigned char>(raw);
      utf8.See(c, bytes);
      if (c == 0) ++(bytes.count % 2 == 0 ? bytes.nuls_even : bytes.nuls_odd);
      if (c == '\n') ++bytes.line_feeds;
      if (c == '\r') ++bytes.carriage_returns;
      ++bytes.count;
    }
  }
  utf8.End(bytes);
  return bytes;
}

// The encoding that ICU finds for bytes that are not Unicode.
std::string Detected(const std::string& beginning) {
  UErrorCode status = U_ZERO_ERROR;
  UCharsetDetector* detector = ucsdet_open(&status);
  ucsdet_setText(detector, beginning.data(), static_cast<std::int32_t>(beginning.size()), &status);
  const UCharsetMatch* match = U_SUCCESS(status) ? ucsdet_detect(detector, &status) : nullptr;
  std::string name = kWestern;
  if (U_SUCCESS(status) && match != nullptr && ucsdet_getConfidence(match, &status) >= kSure) {
    name = ucsdet_getName(match, &status);
  }
  ucsdet_close(detector);
  // ISO 8859-1 is the same, without quotation marks and the sign of the euro.
  return name == "ISO-8859-1" || name == kUtf8 ? kWestern : name;
}

std::string EncodingOf(const Bytes& bytes) {
  const std::string_view text = bytes.beginning;
  if (text.starts_with("\xFF\xFE")) return "UTF-16LE";
  if (text.starts_with("\xFE\xFF")) return "UTF-16BE";
  // Half of the bytes of a Latin text in UTF-16 are NULs, always in the same half.
  const std::size_t many = bytes.count / 4;
  if (bytes.nuls_odd > many && bytes.nuls_even < many / 4) return "UTF-16LE";
  if (bytes.nuls_even > many && bytes.nuls_odd < many / 4) return "UTF-16BE";
  return bytes.bad_utf8 == 0 ? kUtf8 : Detected(bytes.beginning);
}

Error BadFile(const std::filesystem::path& path, const std::string& rule) {
  return Error{Code::kInvalidArgument, "BAD_FILE", path.string() + rule};
}

// What is wrong with the bytes, as a rule to put after the file's name; empty if they are text.
std::string Complaint(const Bytes& bytes, const std::string& encoding) {
  if (bytes.beginning.starts_with("PK\x03\x04") || bytes.beginning.starts_with("\xD0\xCF\x11\xE0")) {
    return ": is a spreadsheet; save it as CSV (UTF-8) and import that file";
  }
  if (encoding.starts_with("UTF-16")) return {};
  const auto is_control = [](unsigned char c) { return c != 0 && c < 0x20 && c != '\t' && c != '\r' && c != '\n' && c != '\f'; };
  if (bytes.bad_utf8 > 0 && std::any_of(bytes.beginning.begin(), bytes.beginning.end(), is_control)) {
    return ": holds control characters; is it a text file?";
  }
  return {};
}

Result<std::string> ToUtf8(const std::filesystem::path& path, const std::string& bytes, const std::string& encoding) {
  UErrorCode status = U_ZERO_ERROR;
  UConverter* converter = ucnv_open(encoding.c_str(), &status);
  if (U_FAILURE(status)) return BadFile(path, ": '" + encoding + "' is not a known encoding, such as UTF-8 or windows-1252");
  const icu::UnicodeString wide(bytes.data(), static_cast<std::int32_t>(bytes.size()), converter, status);
  ucnv_close(converter);
  std::string text;
  wide.toUTF8String(text);
  return text;
}

// Line feeds for carriage returns, with and without one behind.
std::string WithLineFeeds(const std::string& text) {
  std::string lines;
  lines.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r')
      lines += text[i];
    else if (i + 1 == text.size() || text[i + 1] != '\n')
      lines += '\n';
  }
  return lines;
}

}  // namespace

Result<BookText> OpenBookText(const std::filesystem::path& path, const std::string& encoding) {
  std::error_code none;
  auto file = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!*file || std::filesystem::is_directory(path, none)) return BadFile(path, ": cannot be read");
  const Bytes bytes = Look(*file);
  file->clear();
  file->seekg(0);
  if (!*file) return BadFile(path, ": is a pipe or the like, which cannot be read twice; save it as a file first");
  const std::string found = encoding.empty() ? EncodingOf(bytes) : encoding;
  if (std::string complaint = Complaint(bytes, found); !complaint.empty()) return BadFile(path, complaint);
  if (encoding.empty() && bytes.bad_utf8 > 0 && bytes.utf8_letters > bytes.bad_utf8 && !found.starts_with("UTF-16")) {
    return BadFile(path, ":" + std::to_string(bytes.first_bad_line) +
                             ": holds bytes that are not UTF-8, while the rest of the file is; mend them, or name the "
                             "encoding with --encoding");
  }
  const bool has_bare_returns = bytes.carriage_returns > 0 && bytes.line_feeds == 0;
  if (found == kUtf8 && !has_bare_returns) return BookText{std::move(file), found};
  if (bytes.count > kConvertedBytesMax) {
    return BadFile(path, ": is in " + found + (has_bare_returns ? " with old line ends" : "") + " and larger than " +
                             std::to_string(kConvertedBytesMax >> 20) + " MiB; save it as UTF-8");
  }
  std::string text(bytes.count, '\0');
  file->read(text.data(), static_cast<std::streamsize>(text.size()));
  if (found != kUtf8) text = TRY(ToUtf8(path, text, found));
  return BookText{std::make_unique<std::istringstream>(WithLineFeeds(text)), found};
}

}  // namespace octavo::catalog
