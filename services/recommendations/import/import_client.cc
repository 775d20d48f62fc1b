#include "services/recommendations/import/import_client.h"

#include <chrono>
#include <unordered_map>
#include <utility>

#include "lib/rpc/status.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "octavo/recommendations/v1/recommendations.grpc.pb.h"
#include "services/recommendations/import/event_file.h"

namespace octavo::recommendations {
namespace {

namespace v1 = octavo::recommendations::v1;

constexpr std::chrono::minutes kTimeMax{30};  // 5 million rows at 10,000 a second take 8 minutes.
constexpr std::int64_t kProgressRows = 500;
constexpr std::size_t kProblemsMax = 100;

// The catalogue's names of the books of one source, by key.
Result<std::unordered_map<std::string, std::string>> ReadKeys(const std::string& source, const ImportPeers& peers) {
  const auto stub = catalog::v1::CatalogService::NewStub(peers.catalog);
  grpc::ClientContext context;
  rpc::Caller(peers.telemetry).PrepareStream(context, {.budget = kTimeMax, .wait_for_ready = true});
  const auto reader = stub->StreamChanges(&context, {});
  std::unordered_map<std::string, std::string> names;
  catalog::v1::Change change;
  while (reader->Read(&change)) {
    if (change.caught_up()) {
      context.TryCancel();  // The stream would go on with what is changed from now on.
      (void)reader->Finish();
      return names;
    }
    if (change.book().source() == source) names[change.book().key()] = change.book().name();
  }
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return rpc::ToError(status);
  return Error{Code::kUnavailable, "UNAVAILABLE", "the catalogue ended its stream of books early"};
}

v1::Event ToProto(const EventRow& row, const std::string& book, const std::string& source, Timestamp now) {
  const Timestamp time = now - std::chrono::hours(24) * row.days_ago;
  v1::Event event;
  event.set_event_id(source + '-' + std::to_string(row.line));
  event.set_reader(ReaderName(row.reader));
  event.set_book(book);
  event.set_type(static_cast<v1::EventType>(row.type));
  event.set_rating(row.rating);
  event.mutable_event_time()->set_seconds(ToMicros(time) / 1'000'000);
  event.set_source(source);
  return event;
}

}  // namespace

Result<ImportReport> ImportReaders(const ImportRequest& request, const ImportPeers& peers, const ImportProgress& progress) {
  const std::vector<EventRow> rows = TRY(ReadEventFile(request.file));
  const auto names = TRY(ReadKeys(request.source, peers));
  ImportReport report{.rows = static_cast<std::int64_t>(rows.size())};
  const auto refuse = [&](std::int64_t line, const std::string& rule) {
    if (report.problems.size() == kProblemsMax) return;
    report.problems.push_back(request.file.string() + ':' + std::to_string(line) + ": " + rule);
  };

  const auto stub = v1::RecommendationsService::NewStub(peers.recommendations);
  grpc::ClientContext context;
  rpc::Caller(peers.telemetry).PrepareStream(context, {.budget = kTimeMax, .wait_for_ready = true});
  v1::RecordEventsResponse response;
  const auto writer = stub->RecordEvents(&context, &response);
  const Timestamp now = peers.telemetry.clock.Now();
  std::vector<std::int64_t> sent_lines;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto name = names.find(rows[i].key);
    if (name == names.end()) {
      ++report.refused;
      refuse(rows[i].line, "key: the catalogue has no book \"" + rows[i].key + "\" of " + request.source);
      continue;
    }
    v1::RecordEventsRequest message;
    *message.mutable_event() = ToProto(rows[i], name->second, request.source, now);
    if (!writer->Write(message)) break;  // Finish says why.
    sent_lines.push_back(rows[i].line);
    if (progress && i % kProgressRows == 0) progress(static_cast<std::int64_t>(i), report.rows);
  }
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  if (!status.ok()) return rpc::ToError(status);

  if (progress) progress(report.rows, report.rows);
  report.recorded = response.recorded_count();
  report.repeated = response.repeated_count();
  report.refused += response.refused_count();
  for (const v1::EventProblem& problem : response.problems()) {
    refuse(sent_lines.at(static_cast<std::size_t>(problem.number() - 1)), problem.message());
  }
  return report;
}

Result<std::int64_t> RemoveReaders(const std::string& source, const ImportPeers& peers) {
  const auto stub = v1::RecommendationsService::NewStub(peers.recommendations);
  v1::DeleteSourceRequest request;
  request.set_source(source);
  const v1::DeleteSourceResponse response = TRY(rpc::Caller(peers.telemetry)
                                                    .Invoke(*stub, &v1::RecommendationsService::StubInterface::DeleteSource,
                                                            request, {.budget = kTimeMax, .wait_for_ready = true}));
  return response.deleted_count();
}

}  // namespace octavo::recommendations
