#include "recommender/model.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>
#include <optional>
#include <utility>

#include "lib/base/check.h"
#include "recommender/file_map.h"

namespace octavo::recommender {
namespace {

constexpr std::array<char, 8> kMagic = {'O', 'C', 'T', 'A', 'V', 'O', 'R', '\n'};
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kByteOrder = 0x01020304;             // Reads otherwise on a machine of the other byte order.
constexpr std::size_t kAlignment = 64;                       // A cache line, so that rows can be loaded by whole vectors.
constexpr std::uint64_t kCountMax = std::uint64_t{1} << 40;  // Keeps sums of section sizes far from overflow.

// The first bytes of the file. All fields little-endian; no padding between them.
struct Header {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t byte_order;
  std::uint64_t file_bytes;
  std::uint64_t items;
  std::uint64_t weights;
  std::uint64_t id_bytes;
  std::uint64_t settings_bytes;
  std::uint64_t users;
  std::uint64_t interactions;
  float weight_power;
  std::uint32_t reserved;
  std::uint64_t payload_checksum;  // Of all bytes behind the header.
  std::uint64_t header_checksum;   // Of all bytes of the header before this field.
};
static_assert(sizeof(Header) == 96 && std::is_trivially_copyable_v<Header>);
static_assert(std::endian::native == std::endian::little, "the file is the memory image of a little-endian machine");

// Where each section begins, from the counts alone.
struct Layout {
  std::uint64_t row_offsets, id_offsets, readers, by_id, columns, weights, ids, settings, end;

  explicit Layout(const Header& header) {
    std::uint64_t at = kAlignment * 2;  // The header's room.
    const auto place = [&at](std::uint64_t bytes) {
      const std::uint64_t begin = at;
      at = (at + bytes + kAlignment - 1) / kAlignment * kAlignment;
      return begin;
    };
    row_offsets = place((header.items + 1) * 8);
    id_offsets = place((header.items + 1) * 8);
    readers = place(header.items * 4);
    by_id = place(header.items * 4);
    columns = place(header.weights * 4);
    weights = place(header.weights * 4);
    ids = place(header.id_bytes);
    settings = place(header.settings_bytes);
    end = at;
  }
};

// Eight independent lanes of xor and multiply. One step of a lane is a bijection, so a change within any one 8-byte word always
// changes the sum; and the processor works on all lanes at once.
std::uint64_t Checksum(std::span<const std::byte> bytes) {
  constexpr std::uint64_t kPrime = 0x9E3779B185EBCA87;
  std::array<std::uint64_t, 8> lanes;
  for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] = kPrime * (i + 1) + bytes.size();
  std::array<std::uint64_t, 8> words;
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), sizeof(words));
    if (count < sizeof(words)) words = {};
    std::memcpy(words.data(), bytes.data(), count);
    for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] = std::rotl((lanes[i] ^ words[i]) * kPrime, 29);
    bytes = bytes.subspan(count);
  }
  std::uint64_t sum = 0;
  for (const std::uint64_t lane : lanes) sum = (std::rotl(sum, 17) ^ lane) * kPrime;
  return sum ^ (sum >> 32);
}

std::uint64_t HeaderChecksum(const Header& header) {
  return Checksum(std::as_bytes(std::span(&header, 1)).first(offsetof(Header, header_checksum)));
}

Error Damaged(std::string_view name, const char* what) {
  return Error{Code::kDataLoss, "DAMAGED_MODEL", std::string(name) + ": the model file is damaged: " + what};
}

}  // namespace

// Either a block of its own or a mapped file.
struct Model::Image {
  std::vector<std::uint64_t> words;
  std::optional<FileMap> file;

  std::span<const std::byte> bytes() const { return file ? file->bytes() : std::as_bytes(std::span(words)); }
};

Model::Model(std::unique_ptr<Image> image) : image_(std::move(image)) {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

Model Model::FromParts(const ModelParts& parts) {
  const std::size_t items = parts.ids.size();
  CHECK(items < kNoIndex && parts.readers.size() == items && parts.row_offsets.size() == items + 1);
  CHECK(parts.columns.size() == parts.weights.size() && parts.row_offsets.back() == parts.columns.size());
  CHECK(std::is_sorted(parts.readers.rbegin(), parts.readers.rend()));
  std::vector<std::uint64_t> id_offsets(items + 1, 0);
  for (std::size_t i = 0; i < items; ++i) id_offsets[i + 1] = id_offsets[i] + parts.ids[i].size();
  std::vector<ItemIndex> by_id(items);
  std::iota(by_id.begin(), by_id.end(), 0);
  std::sort(by_id.begin(), by_id.end(), [&](ItemIndex a, ItemIndex b) { return parts.ids[a] < parts.ids[b]; });

  Header header{.magic = kMagic,
                .version = kVersion,
                .byte_order = kByteOrder,
                .items = items,
                .weights = parts.columns.size(),
                .id_bytes = id_offsets.back(),
                .settings_bytes = parts.settings.size(),
                .users = parts.users,
                .interactions = parts.interactions,
                .weight_power = parts.weight_power,
                .reserved = 0};
  const Layout layout(header);
  header.file_bytes = layout.end;
  auto image = std::make_unique<Image>();
  image->words.assign(layout.end / 8, 0);
  auto* const base = reinterpret_cast<std::byte*>(image->words.data());
  const auto put = [base](std::uint64_t at, const auto& values) {
    if (!values.empty()) std::memcpy(base + at, values.data(), values.size() * sizeof(values[0]));
  };
  put(layout.row_offsets, parts.row_offsets);
  put(layout.id_offsets, id_offsets);
  put(layout.readers, parts.readers);
  put(layout.by_id, by_id);
  put(layout.columns, parts.columns);
  put(layout.weights, parts.weights);
  for (std::size_t i = 0; i < items; ++i) put(layout.ids + id_offsets[i], parts.ids[i]);
  put(layout.settings, parts.settings);
  header.payload_checksum = Checksum(std::span(base, layout.end).subspan(sizeof(Header)));
  header.header_checksum = HeaderChecksum(header);
  std::memcpy(base, &header, sizeof(header));

  Model model(std::move(image));
  const Status read = model.Read("memory", Verify::kFull);
  CHECK(read.ok());  // The parts keep the rules that a file's reader checks.
  return model;
}

// In each row the columns ascend, so none appears twice. The offsets have been checked.
bool Model::ColumnsAscend() const {
  for (std::size_t item = 0; item < items(); ++item) {
    const std::span<const ItemIndex> columns = row(static_cast<ItemIndex>(item)).columns;
    if (std::adjacent_find(columns.begin(), columns.end(), std::greater_equal<>()) != columns.end()) return false;
  }
  return true;
}

// Offsets ascend, numbers are within the tables, columns ascend, weights are finite and not 0. They may be negative: a query
// marks books without a score by -0.
bool Model::KeepsRules() const {
  ItemIndex number_max = 0;
  for (const ItemIndex column : columns_) number_max = std::max(number_max, column);
  for (const ItemIndex item : by_id_) number_max = std::max(number_max, item);
  bool finite = std::isfinite(weight_power_);
  for (const float weight : weights_) finite &= weight != 0 && std::abs(weight) <= 3e38F;
  const bool within = items() == 0 ? columns_.empty() : number_max < items();
  return finite && within && std::is_sorted(row_offsets_.begin(), row_offsets_.end()) &&
         std::is_sorted(id_offsets_.begin(), id_offsets_.end()) && ColumnsAscend();
}

Status Model::Read(std::string_view name, Verify verify) {
  const std::span<const std::byte> bytes = image_->bytes();
  Header header;
  if (bytes.size() < sizeof(header) || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) {
    return Error{Code::kDataLoss, "NOT_A_MODEL", std::string(name) + ": this is not a recommender model"};
  }
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (header.version != kVersion) {
    return Error{Code::kDataLoss, "MODEL_VERSION",
                 std::string(name) + ": the model has version " + std::to_string(header.version) +
                     ", this program reads version " + std::to_string(kVersion) + "; train it again"};
  }
  if (header.byte_order != kByteOrder || header.header_checksum != HeaderChecksum(header)) {
    return Damaged(name, "the header's checksum is wrong");
  }
  if (header.items >= kNoIndex || header.weights > kCountMax || header.id_bytes > kCountMax ||
      header.settings_bytes > kCountMax) {
    return Damaged(name, "a count is absurd");
  }
  const Layout layout(header);
  if (header.file_bytes != layout.end || bytes.size() != layout.end) return Damaged(name, "its length is wrong");

  const auto section = [&]<typename T>(std::uint64_t at, std::uint64_t count, T) {
    return std::span(reinterpret_cast<const T*>(bytes.data() + at), count);
  };
  image_size_ = bytes.size();
  users_ = header.users;
  interactions_ = header.interactions;
  fingerprint_ = header.payload_checksum;
  weight_power_ = header.weight_power;
  row_offsets_ = section(layout.row_offsets, header.items + 1, std::uint64_t{});
  id_offsets_ = section(layout.id_offsets, header.items + 1, std::uint64_t{});
  readers_ = section(layout.readers, header.items, std::uint32_t{});
  by_id_ = section(layout.by_id, header.items, ItemIndex{});
  columns_ = section(layout.columns, header.weights, ItemIndex{});
  weights_ = section(layout.weights, header.weights, float{});
  id_bytes_ = {reinterpret_cast<const char*>(bytes.data() + layout.ids), header.id_bytes};
  settings_ = {reinterpret_cast<const char*>(bytes.data() + layout.settings), header.settings_bytes};

  if (verify == Verify::kFull && header.payload_checksum != Checksum(bytes.subspan(sizeof(Header)))) {
    return Damaged(name, "the checksum of its content is wrong");
  }
  // In addition to the checksum: a correct file of another program must not lead a query out of bounds.
  if (row_offsets_.front() != 0 || row_offsets_.back() != header.weights || id_offsets_.front() != 0 ||
      id_offsets_.back() != header.id_bytes) {
    return Damaged(name, "a table does not end where its content ends");
  }
  if (verify == Verify::kStructure) return Ok();
  if (!KeepsRules()) return Damaged(name, "a table breaks the rules of the format");
  return Ok();
}

Result<Model> Model::Open(const std::filesystem::path& path, Verify verify) {
  auto image = std::make_unique<Image>();
  image->file = TRY(FileMap::Open(path));
  Model model(std::move(image));
  TRY(model.Read(path.string(), verify));
  return model;
}

Status Model::Save(const std::filesystem::path& path) const {
  const auto fail = [&path](const char* what) {
    return Error{Code::kUnavailable, "UNWRITABLE_FILE", path.string() + ": " + what + ": " + std::strerror(errno)};
  };
  std::string temporary = path.string() + ".XXXXXX";
  const int file = mkstemp(temporary.data());
  if (file < 0) return fail("cannot create a file beside it");
  const auto give_up = [&](const char* what) {
    const Error error = fail(what);
    close(file);
    unlink(temporary.c_str());
    return error;
  };
  std::span<const std::byte> rest = image_->bytes();
  while (!rest.empty()) {
    const ssize_t written = write(file, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return give_up("cannot write");
    rest = rest.subspan(static_cast<std::size_t>(written));
  }
  if (fsync(file) != 0) return give_up("cannot sync");
  if (rename(temporary.c_str(), path.c_str()) != 0) return give_up("cannot replace");
  close(file);
  const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
  const int folder = open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {  // The name itself must survive a power cut too; some file systems cannot sync a folder.
    fsync(folder);
    close(folder);
  }
  return Ok();
}

ItemIndex Model::Find(std::string_view id) const {
  const auto at = std::lower_bound(by_id_.begin(), by_id_.end(), id,
                                   [this](ItemIndex item, std::string_view wanted) { return this->id(item) < wanted; });
  return at != by_id_.end() && this->id(*at) == id ? *at : kNoIndex;
}

}  // namespace octavo::recommender
