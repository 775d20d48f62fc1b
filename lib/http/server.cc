#include "lib/http/server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <cstdio>
#include <exception>
#include <map>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "lib/base/check.h"
#include "lib/base/client_network.h"
#include "lib/base/mutex.h"
#include "lib/base/thread_pool.h"
#include "lib/http/request_reader.h"
#include "lib/http/wire.h"

namespace octavo::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

// Every asynchronous step gives its error as a value: a peer that goes away is no exception.
constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t kReadBytes = 8 * 1024;
constexpr std::size_t kWriteBytesPerSecondMin = 8 * 1024;
// A reader of events who falls so far behind is closed; the browser connects again by itself.
constexpr std::size_t kStreamBytesMax = 64 * 1024;
// So many newcomers beyond connections_max are told that the shop is full; more are closed without a word.
constexpr std::size_t kRefusalsMax = 64;

// How many of something each name has.
class Shares {
 public:
  // One more for `name`, given back when the last copy goes; null when it has `most` already.
  std::shared_ptr<void> Take(const std::string& name, std::size_t most) {
    const MutexLock lock(mutex_);
    std::size_t& count = counts_[name];
    if (count >= most) return nullptr;
    ++count;
    return std::shared_ptr<void>(this, [this, name](void*) { GiveBack(name); });
  }

 private:
  void GiveBack(const std::string& name) {
    const MutexLock lock(mutex_);
    const auto found = counts_.find(name);
    if (--found->second == 0) counts_.erase(found);
  }

  Mutex mutex_;
  std::map<std::string, std::size_t> counts_ OCTAVO_GUARDED_BY(mutex_);  // None is 0.
};

// The queue between whoever has events and the connection that writes them.
class QueuedStream final : public EventStream {
 public:
  // `wake` is called under the lock whenever there is something to do, until Shut(); it must not call back.
  explicit QueuedStream(std::function<void()> wake) : wake_(std::move(wake)) {}

  bool Send(std::string_view event, std::string_view data) override {
    const MutexLock lock(mutex_);
    if (closing_ || shut_) return false;
    const std::string text = EventText(event, data);
    if (pending_.size() + text.size() > kStreamBytesMax) {
      closing_ = true;
    } else {
      pending_ += text;
    }
    wake_();
    return !closing_;
  }

  void Close() override {
    const MutexLock lock(mutex_);
    if (closing_ || shut_) return;
    closing_ = true;
    wake_();
  }

  void OnClose(std::function<void()> callback) override {
    {
      const MutexLock lock(mutex_);
      if (!shut_) {
        callbacks_.push_back(std::move(callback));
        return;
      }
    }
    callback();
  }

  // What waits to be written; sets `closing` when nothing will follow.
  std::string Take(bool& closing) {
    const MutexLock lock(mutex_);
    closing = closing_;
    return std::exchange(pending_, {});
  }

  // The connection is gone: `wake` is not called any more.
  void Shut() {
    std::vector<std::function<void()>> callbacks;
    {
      const MutexLock lock(mutex_);
      shut_ = true;
      wake_ = nullptr;
      callbacks.swap(callbacks_);
    }
    for (const auto& callback : callbacks) callback();
  }

 private:
  Mutex mutex_;
  std::function<void()> wake_ OCTAVO_GUARDED_BY(mutex_);
  std::string pending_ OCTAVO_GUARDED_BY(mutex_);
  bool closing_ OCTAVO_GUARDED_BY(mutex_) = false;
  bool shut_ OCTAVO_GUARDED_BY(mutex_) = false;
  std::vector<std::function<void()>> callbacks_ OCTAVO_GUARDED_BY(mutex_);
};

// Requests that wait when the server stops have nobody to answer to.
ThreadPool::Options PoolOptions(int threads, std::size_t queue_max) {
  return {.threads = static_cast<std::size_t>(threads), .queue_max = queue_max, .at_stop = ThreadPool::AtStop::kDropWaiting};
}

}  // namespace

// One accepted socket. All its work runs on one strand, so that nothing here needs a lock.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  // It waits for its peer from its first moment on.
  Connection(Server::Impl& server, tcp::socket socket, std::string peer);
  ~Connection();

  // Serves one request after the other. Static, so that the coroutine itself keeps the connection alive.
  static asio::awaitable<void> Run(std::shared_ptr<Connection> self);
  // A newcomer when there is no room.
  static asio::awaitable<void> Refuse(std::shared_ptr<Connection> self);

  tcp::socket::executor_type executor() { return stream_.get_executor(); }
  // Since when it waits for its peer: for a request, or for the rest of one; 0 while one is being served. Readable from any
  // thread.
  std::int64_t waiting_since_micros() const { return waiting_since_micros_.load(); }
  const std::string& peer() const { return peer_; }
  // Whether it holds a part of the bodies' budget.
  bool holds_body() const { return held_body_bytes_.load() > 0; }
  // Chosen to make room, and about to close.
  bool leaving() const { return leaving_.load(); }
  // From any thread: closes at once, or only if it waits for its peer or is an open stream.
  void PostClose();
  void PostCloseIfWaiting();
  // When no thread of the server runs any more: nobody may wake this connection from here on.
  void Abandon();

 private:
  enum class Next { kKeep, kClose, kCloseGently };

  // `number` counts the requests of this connection from 1.
  asio::awaitable<Next> ServeOne(int number);
  asio::awaitable<bool> AwaitFirstByte(bool is_first);
  // Feeds the reader until it needs no more for the state that it is in; false when the peer has gone.
  asio::awaitable<bool> ReadOn(RequestReader& reader);
  asio::awaitable<Next> Answer(const Request& request, const Router::Found& found, bool keep_alive);
  asio::awaitable<bool> Write(const Outgoing& outgoing);
  asio::awaitable<bool> WriteText(std::string text);
  asio::awaitable<void> AnswerUnreadable(int status);
  asio::awaitable<void> RunStream(const Request& request, Response response, bool chunked);
  asio::awaitable<void> CloseGently();
  asio::awaitable<bool> RunOnWorker(const Router::Found& found, const Request& request, Response& response);
  void Close();

  Server::Impl& server_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  const std::string peer_;
  unsigned version_ = 11;  // Of the request being served.
  std::string client_;     // Who sends it.
  std::atomic<std::int64_t> waiting_since_micros_;
  std::atomic<bool> leaving_{false};
  std::atomic<std::int64_t> held_body_bytes_{0};  // Of the request being read or served.
  std::shared_ptr<QueuedStream> events_;          // While the response is a stream.
};

class Server::Impl {
 public:
  Impl(ServerOptions options, Router router, const Clock& clock)
      : options_(std::move(options)),
        router_(std::move(router)),
        clock_(clock),
        acceptor_(asio::make_strand(io_)),
        pool_(PoolOptions(options_.worker_threads, options_.queue_max)),
        patient_pool_(PoolOptions(options_.patient_threads, options_.patient_queue_max)),
        picture_pool_(PoolOptions(options_.picture_threads, options_.picture_queue_max)) {}
  ~Impl() { Stop(std::chrono::milliseconds(0)); }

  Status Listen();
  void Run();
  void Stop(std::chrono::milliseconds grace);
  std::uint16_t port() const { return port_; }
  std::size_t connection_count() const;
  std::int64_t held_body_bytes() const { return bodies_bytes_; }

  const ServerOptions& options() const { return options_; }
  const Router& router() const { return router_; }
  const Clock& clock() const { return clock_; }
  ThreadPool& PoolOf(http::Run run) {
    if (run == http::Run::kOnPatientWorker) return patient_pool_;
    return run == http::Run::kOnPictureWorker ? picture_pool_ : pool_;
  }
  bool stopping() const { return stopping_.load(); }

  // The handler's response, or the page that stands for its exception.
  Response Call(const Router::Found& found, const Request& request) const;
  Response ErrorPage(const Request& request, int status) const;
  void Forget(Connection* connection);
  // Room for one more stream of `client`, given back when the last copy goes; null when there is none.
  std::shared_ptr<void> ReserveStream(const std::string& client);
  // Likewise for one more request.
  std::shared_ptr<void> ReserveRequest(const std::string& client);
  // So many bytes more, or fewer, of bodies are held. Beyond the budget, of the connections that hold some the one goes that
  // has waited longest.
  void HoldBody(std::int64_t bytes);

 private:
  asio::awaitable<void> AcceptLoop();
  void Adopt(tcp::socket socket);
  bool MakeRoom(const std::string& peer);
  // The one of those that `may_go` that has waited longest for its peer. nullopt: none waits; null: it is going already.
  std::optional<std::shared_ptr<Connection>> LongestWaiting(const std::function<bool(const Connection&)>& may_go) const
      OCTAVO_REQUIRES(mutex_);

  const ServerOptions options_;
  const Router router_;
  const Clock& clock_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> stream_count_{0};
  std::atomic<std::int64_t> bodies_bytes_{0};
  std::once_flag stop_once_;
  Shares streams_;
  Shares requests_;

  // Above io_, which ends the coroutines and with them the connections when it goes.
  mutable Mutex mutex_;
  ConditionVariable emptied_;
  std::map<Connection*, std::weak_ptr<Connection>> connections_ OCTAVO_GUARDED_BY(mutex_);
  std::map<std::string, std::size_t> peers_ OCTAVO_GUARDED_BY(mutex_);  // How many connections each has; none has 0.

  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  ThreadPool pool_;
  ThreadPool patient_pool_;
  ThreadPool picture_pool_;
  std::vector<std::thread> io_threads_;
};

// ---- Connection

Connection::Connection(Server::Impl& server, tcp::socket socket, std::string peer)
    : server_(server),
      stream_(std::move(socket)),
      peer_(std::move(peer)),
      waiting_since_micros_(ToMicros(server.clock().Now())) {}

Connection::~Connection() {
  if (events_ != nullptr) events_->Shut();
  server_.Forget(this);
}

asio::awaitable<void> Connection::Run(std::shared_ptr<Connection> self) {
  Next next = Next::kKeep;
  try {
    for (int number = 1; next == Next::kKeep; ++number) next = co_await self->ServeOne(number);
  } catch (const std::exception& exception) {  // Memory, in practice: this connection ends, the others go on.
    if (self->server_.options().on_exception) self->server_.options().on_exception(exception);
    next = Next::kClose;
  }
  if (next == Next::kCloseGently) co_await self->CloseGently();
  self->Close();
}

asio::awaitable<void> Connection::Refuse(std::shared_ptr<Connection> self) {
  co_await self->AnswerUnreadable(503);
  co_await self->CloseGently();
  self->Close();
}

asio::awaitable<Connection::Next> Connection::ServeOne(int number) {
  if (buffer_.size() == 0) {
    const bool has_byte = co_await AwaitFirstByte(/*is_first=*/number == 1);
    if (!has_byte) co_return Next::kClose;
  }

  RequestReader reader(server_.options().header_bytes_max);
  const std::shared_ptr<void> release(nullptr, [this](void*) { server_.HoldBody(-held_body_bytes_.exchange(0)); });
  stream_.expires_after(server_.options().header_timeout);
  if (!co_await ReadOn(reader)) co_return Next::kClose;
  if (reader.state() == RequestReader::State::kRefused) {
    co_await AnswerUnreadable(reader.status());
    co_return Next::kCloseGently;
  }
  Request& request = reader.request();
  request.peer_address = peer_;
  version_ = reader.version();
  client_ = server_.options().client_of ? ClientNetwork(server_.options().client_of(request)) : peer_;
  const std::shared_ptr<void> slot = server_.ReserveRequest(client_);
  if (slot == nullptr) {
    co_await AnswerUnreadable(503);
    co_return Next::kCloseGently;
  }
  const Router::Found found = server_.router().Find(request.method, request.segments);
  if (found.route != nullptr) {  // Else the body is not read.
    reader.ReadBody(found.route->body_bytes_max);
    if (reader.expects_continue() && !co_await WriteText("HTTP/1.1 100 Continue\r\n\r\n")) co_return Next::kClose;
    stream_.expires_after(server_.options().body_timeout);
    if (!co_await ReadOn(reader)) co_return Next::kClose;
  }
  waiting_since_micros_.store(0);
  if (reader.state() == RequestReader::State::kRefused) {
    co_await AnswerUnreadable(reader.status());
    co_return Next::kCloseGently;
  }
  const bool keep_alive =
      reader.is_whole() && reader.keep_alive() && !server_.stopping() && number < server_.options().requests_per_connection_max;
  co_return co_await Answer(request, found, keep_alive);
}

asio::awaitable<bool> Connection::ReadOn(RequestReader& reader) {
  const RequestReader::State begun = reader.state();
  const bool is_body = begun == RequestReader::State::kBody;
  if (begun != RequestReader::State::kHead && !is_body) co_return true;
  const auto hold = [&](std::size_t bytes) {
    held_body_bytes_ += static_cast<std::int64_t>(bytes);
    server_.HoldBody(static_cast<std::int64_t>(bytes));
  };
  if (is_body) hold(buffer_.size());  // What came with the head.
  while (true) {
    buffer_.consume(reader.Feed({static_cast<const char*>(buffer_.data().data()), buffer_.size()}));
    if (reader.state() != begun) co_return true;
    if (waiting_since_micros_ == 0) waiting_since_micros_.store(ToMicros(server_.clock().Now()));
    auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(kReadBytes), kAsTuple);
    if (error) co_return false;
    buffer_.commit(size);
    if (is_body) hold(size);
  }
}

asio::awaitable<bool> Connection::AwaitFirstByte(bool is_first) {
  const ServerOptions& options = server_.options();
  if (!is_first) waiting_since_micros_.store(ToMicros(server_.clock().Now()));
  if (server_.stopping()) co_return false;
  stream_.expires_after(is_first ? options.header_timeout : options.idle_timeout);
  auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(kReadBytes), kAsTuple);
  if (!is_first) waiting_since_micros_.store(ToMicros(server_.clock().Now()));  // It is sending now, no longer idle.
  buffer_.commit(size);
  co_return !error;
}

asio::awaitable<Connection::Next> Connection::Answer(const Request& request, const Router::Found& found, bool keep_alive) {
  stream_.expires_never();  // Nothing is read while the handler works.
  const auto start = server_.clock().MonotonicNow();
  Response response;
  if (found.route == nullptr) {
    response = server_.ErrorPage(request, found.allow.empty() ? 404 : 405);
    if (!found.allow.empty()) response.headers.Set("Allow", found.allow);
  } else if (found.route->run == Run::kInline) {
    response = server_.Call(found, request);
  } else if (!co_await RunOnWorker(found, request, response)) {
    response = server_.ErrorPage(request, 503);
    response.headers.Set("Retry-After", "1");
  }
  const std::shared_ptr<void> stream_slot = response.stream ? server_.ReserveStream(client_) : nullptr;
  if (response.stream && stream_slot == nullptr) response = server_.ErrorPage(request, 503);
  if (server_.options().decorate) server_.options().decorate(request, response);

  const bool is_stream = response.stream != nullptr && request.method != Method::kHead;
  std::optional<Outgoing> outgoing;
  if (!is_stream) {
    outgoing = ToWire(request, std::move(response),
                      {.keep_alive = keep_alive, .chunked = false, .compress_bytes_min = server_.options().compress_bytes_min},
                      server_.clock().Now());
  }
  if (server_.options().observe) {
    const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(server_.clock().MonotonicNow() - start);
    server_.options().observe({.request = request,
                               .route = found.route == nullptr ? std::string_view() : found.route->pattern,
                               .status = is_stream ? 200 : outgoing->status,
                               .body_bytes = is_stream ? 0 : outgoing->body().size(),
                               .duration = duration});
  }
  if (is_stream) {
    co_await RunStream(request, std::move(response), /*chunked=*/version_ >= 11);
    co_return Next::kCloseGently;
  }
  if (!co_await Write(*outgoing)) co_return Next::kClose;
  co_return keep_alive ? Next::kKeep : Next::kCloseGently;
}

asio::awaitable<bool> Connection::RunOnWorker(const Router::Found& found, const Request& request, Response& response) {
  // The references stay good: the coroutine that owns them sleeps until the task below has run, and the
  // server joins its workers before it lets go of a sleeping coroutine.
  return asio::async_initiate<const asio::use_awaitable_t<>, void(bool)>(
      [this, &found, &request, &response](auto completion) {
        using Completion = decltype(completion);
        auto shared = std::make_shared<Completion>(std::move(completion));  // std::function wants to copy.
        const auto finish = [this, shared](bool accepted) {
          asio::post(stream_.get_executor(), [shared, accepted]() mutable { std::move (*shared)(accepted); });
        };
        ThreadPool& pool = server_.PoolOf(found.route->run);
        const bool accepted = pool.Submit([this, finish, &found, &request, &response] {
          response = server_.Call(found, request);
          finish(true);
        });
        if (!accepted) finish(false);
      },
      asio::use_awaitable);
}

asio::awaitable<bool> Connection::Write(const Outgoing& outgoing) {
  const std::size_t bytes = outgoing.head.size() + outgoing.body().size();
  stream_.expires_after(server_.options().write_timeout + std::chrono::seconds(bytes / kWriteBytesPerSecondMin));
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(outgoing.head),
                                                     asio::buffer(outgoing.body().data(), outgoing.body().size())};
  auto [error, written] = co_await asio::async_write(stream_, buffers, kAsTuple);
  co_return !error;
}

asio::awaitable<bool> Connection::WriteText(std::string text) {
  stream_.expires_after(server_.options().write_timeout);
  auto [error, written] = co_await asio::async_write(stream_, asio::buffer(text), kAsTuple);
  co_return !error;
}

// For a request that no handler can see, because it could not be read.
asio::awaitable<void> Connection::AnswerUnreadable(int status) {
  Request unread;
  Response response = PlainText(status, std::string(StatusText(status)) + "\n");
  if (status == 503) response.headers.Add("Retry-After", "1");
  const Outgoing outgoing = ToWire(unread, std::move(response), {.keep_alive = false}, server_.clock().Now());
  co_await Write(outgoing);
}

asio::awaitable<void> Connection::RunStream(const Request& request, Response response, bool chunked) {
  asio::steady_timer timer(stream_.get_executor());
  const auto wake = [weak = weak_from_this(), &timer] {
    // `timer` lives until Shut(), and Shut() waits for the lock under which this runs; the posted part runs
    // on the strand of the coroutine, and looks whether that still streams.
    const auto self = weak.lock();
    if (self == nullptr) return;
    asio::post(self->executor(), [self, &timer] {
      if (self->events_ != nullptr) timer.cancel();
    });
  };
  events_ = std::make_shared<QueuedStream>(wake);
  const std::shared_ptr<QueuedStream> events = events_;
  const auto open = std::move(response.stream);
  response.stream = nullptr;
  response.content_type = "text/event-stream";
  response.headers.Set("Cache-Control", "no-store");
  const Outgoing outgoing =
      ToWire(request, std::move(response), {.keep_alive = false, .chunked = chunked}, server_.clock().Now());
  bool alive = co_await WriteText(outgoing.head);
  if (alive) open(events);

  bool closing = false;
  while (alive && !server_.stopping()) {
    std::string text = events->Take(closing);
    if (text.empty() && closing) break;
    if (text.empty()) {
      timer.expires_after(server_.options().heartbeat);
      auto [error] = co_await timer.async_wait(kAsTuple);
      if (error) continue;  // Woken: there is something to take.
      text = ": still here\n\n";
    }
    if (chunked) {
      std::array<char, 20> size = {};
      std::snprintf(size.data(), size.size(), "%zx\r\n", text.size());
      text = size.data() + text + "\r\n";
    }
    alive = co_await WriteText(std::move(text));
  }
  events_ = nullptr;
  events->Shut();
  if (alive && chunked) co_await WriteText("0\r\n\r\n");
}

// Closing a socket while the peer still sends would reset it, and the peer might never read our last words.
asio::awaitable<void> Connection::CloseGently() {
  constexpr std::size_t kDrainBytesMax = 256 * 1024;
  ErrorCode ignored;  // The peer may be gone already.
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream_.expires_after(std::chrono::seconds(1));
  std::array<char, kReadBytes> trash;
  for (std::size_t drained = 0; drained < kDrainBytesMax && !server_.stopping();) {
    auto [error, size] = co_await stream_.async_read_some(asio::buffer(trash), kAsTuple);
    if (error) break;
    drained += size;
  }
}

void Connection::Close() {
  ErrorCode ignored;  // It is gone either way.
  stream_.socket().close(ignored);
  if (events_ != nullptr) events_->Close();
}

void Connection::PostClose() {
  asio::post(executor(), [self = shared_from_this()] { self->Close(); });
}

void Connection::PostCloseIfWaiting() {
  leaving_.store(true);
  asio::post(executor(), [self = shared_from_this()] {
    self->leaving_.store(false);  // Unless it closes here, after all.
    if (self->events_ != nullptr) {
      self->events_->Close();  // It says its last words by itself.
    } else if (self->waiting_since_micros() != 0) {
      self->Close();
    }
  });
}

void Connection::Abandon() {
  if (events_ != nullptr) events_->Shut();
}

// ---- Server::Impl

Status Server::Impl::Listen() {
  ErrorCode error;
  const asio::ip::address address = asio::ip::make_address(options_.address, error);
  if (error) {
    return Error{Code::kInvalidArgument, "BAD_ADDRESS", "\"" + options_.address + "\" is not a numeric IP address"};
  }
  const tcp::endpoint endpoint(address, options_.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (error) {
    return Error{Code::kUnavailable, "CANNOT_LISTEN",
                 "cannot listen on " + options_.address + " port " + std::to_string(options_.port) + ": " + error.message()};
  }
  port_ = acceptor_.local_endpoint().port();
  return Ok();
}

void Server::Impl::Run() {
  asio::co_spawn(acceptor_.get_executor(), AcceptLoop(), asio::detached);
  for (int i = 0; i < options_.io_threads; ++i) io_threads_.emplace_back([this] { io_.run(); });
}

asio::awaitable<void> Server::Impl::AcceptLoop() {
  while (!stopping() && acceptor_.is_open()) {
    tcp::socket socket(asio::make_strand(io_));
    auto [error] = co_await acceptor_.async_accept(socket, kAsTuple);
    if (stopping()) break;  // Also closes one that came in the last moment.
    if (!error) {
      Adopt(std::move(socket));
      continue;
    }
    // Out of file descriptors, or the peer gave up: go on, but not in a hot loop.
    asio::steady_timer pause(acceptor_.get_executor(), std::chrono::milliseconds(50));
    co_await pause.async_wait(kAsTuple);
  }
}

void Server::Impl::Adopt(tcp::socket socket) {
  ErrorCode error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) return;                              // Gone already.
  socket.set_option(tcp::no_delay(true), error);  // A response goes out in one write; nothing to collect.
  const std::string peer_name = ClientNetwork(peer.address().to_string());
  const bool has_room = MakeRoom(peer_name);
  if (!has_room && connection_count() >= options_.connections_max + kRefusalsMax) return;  // No time for a word.
  const auto executor = socket.get_executor();
  auto connection = std::make_shared<Connection>(*this, std::move(socket), peer_name);
  {
    const MutexLock lock(mutex_);
    connections_.emplace(connection.get(), connection);
    ++peers_[peer_name];
  }
  asio::co_spawn(executor, has_room ? Connection::Run(std::move(connection)) : Connection::Refuse(std::move(connection)),
                 asio::detached);
}

// Whether one more connection of `peer` may be served; closes the one that has waited longest for its peer when that is
// what it takes.
bool Server::Impl::MakeRoom(const std::string& peer) {
  std::optional<std::shared_ptr<Connection>> oldest;  // Let go outside of the lock: its destructor takes it.
  {
    const MutexLock lock(mutex_);
    const auto of_peer = peers_.find(peer);
    const bool has_share = options_.client_of || of_peer == peers_.end() || of_peer->second < options_.connections_per_peer_max;
    if (has_share && connections_.size() < options_.connections_max) return true;
    if (connections_.size() >= options_.connections_max + kRefusalsMax) return false;
    oldest = LongestWaiting([&](const Connection& each) { return has_share || each.peer() == peer; });
  }
  if (oldest && *oldest != nullptr) (*oldest)->PostCloseIfWaiting();
  return oldest.has_value();
}

std::optional<std::shared_ptr<Connection>> Server::Impl::LongestWaiting(
    const std::function<bool(const Connection&)>& may_go) const {
  // What stands in the list is there: its destructor waits for the lock to take it out. Only one is held, and that until the
  // lock is let go, since the last to let go of a connection destroys it.
  // One that leaves already is taken where there is no other: its place is as good as free.
  const std::weak_ptr<Connection>* oldest = nullptr;
  std::pair<bool, std::int64_t> oldest_since{true, INT64_MAX};
  for (const auto& [connection, weak] : connections_) {
    const std::pair<bool, std::int64_t> since{connection->leaving(), connection->waiting_since_micros()};
    if (since.second == 0 || since >= oldest_since || !may_go(*connection)) continue;
    oldest = &weak;
    oldest_since = since;
  }
  if (oldest == nullptr) return std::nullopt;
  return oldest->lock();
}

Response Server::Impl::Call(const Router::Found& found, const Request& request) const {
  const auto tell = [&](const std::exception& exception) {
    if (options_.on_exception) options_.on_exception(exception);
  };
  try {
    if (std::optional<Response> response = found.route->handler(request, found.arguments)) return *std::move(response);
    return ErrorPage(request, 404);
  } catch (const std::exception& exception) {
    tell(exception);
  } catch (...) {  // What is no std::exception must not end the server either.
    tell(std::runtime_error("unknown exception"));
  }
  return ErrorPage(request, 500);
}

Response Server::Impl::ErrorPage(const Request& request, int status) const {
  try {
    if (options_.error_page) return options_.error_page(request, status);
  } catch (const std::exception& exception) {  // Whoever asked still gets an answer.
    if (options_.on_exception) options_.on_exception(exception);
  }
  return PlainText(status, std::string(StatusText(status)) + "\n");
}

void Server::Impl::Forget(Connection* connection) {
  const MutexLock lock(mutex_);
  connections_.erase(connection);
  const auto peer = peers_.find(connection->peer());
  if (peer != peers_.end() && --peer->second == 0) peers_.erase(peer);
  if (connections_.empty()) emptied_.notify_all();
}

std::shared_ptr<void> Server::Impl::ReserveStream(const std::string& client) {
  std::shared_ptr<void> of_client = streams_.Take(client, options_.streams_per_client_max);
  if (of_client == nullptr) return nullptr;
  std::shared_ptr<void> slot(this, [this, of_client](void*) { --stream_count_; });
  return ++stream_count_ <= options_.streams_max ? slot : nullptr;
}

std::shared_ptr<void> Server::Impl::ReserveRequest(const std::string& client) {
  // Without a proxy, the connections are shared out already.
  if (!options_.client_of) return std::shared_ptr<void>(this, [](void*) {});
  return requests_.Take(client, options_.requests_per_client_max);
}

void Server::Impl::HoldBody(std::int64_t bytes) {
  const std::int64_t all = bodies_bytes_ += bytes;
  if (bytes <= 0 || all <= static_cast<std::int64_t>(options_.bodies_bytes_max)) return;
  std::optional<std::shared_ptr<Connection>> oldest;
  {
    const MutexLock lock(mutex_);
    oldest = LongestWaiting([](const Connection& each) { return each.holds_body(); });
  }
  if (oldest && *oldest != nullptr) (*oldest)->PostCloseIfWaiting();
}

std::size_t Server::Impl::connection_count() const {
  const MutexLock lock(mutex_);
  return connections_.size();
}

void Server::Impl::Stop(std::chrono::milliseconds grace) {
  std::call_once(stop_once_, [&] {
    stopping_.store(true);
    asio::post(acceptor_.get_executor(), [this] {
      ErrorCode ignored;
      acceptor_.close(ignored);
    });
    const auto for_each = [&](void (Connection::*action)()) {
      std::vector<std::shared_ptr<Connection>> all;  // Outside the lock: the last reference may go with this list.
      {
        const MutexLock lock(mutex_);
        for (const auto& [connection, weak] : connections_) {
          if (auto alive = weak.lock()) all.push_back(std::move(alive));
        }
      }
      for (const auto& connection : all) (*connection.*action)();
    };
    for_each(&Connection::PostCloseIfWaiting);
    {
      MutexLock lock(mutex_);
      emptied_.wait_for(lock, grace, [&]() OCTAVO_REQUIRES(mutex_) { return connections_.empty(); });
    }
    for_each(&Connection::PostClose);
    io_.stop();
    for (std::thread& thread : io_threads_) thread.join();
    // What stop() left lying, the end of the acceptor among it, runs here: nobody stays connected to a closed shop.
    io_.restart();
    io_.poll();
    // Before the sleeping coroutines go: the tasks that run refer to them.
    pool_.Stop();
    patient_pool_.Stop();
    picture_pool_.Stop();
    for_each(&Connection::Abandon);
  });
}

// ---- Server

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::Start(ServerOptions options, Router router, const Clock& clock) {
  CHECK(options.io_threads > 0);
  auto impl = std::make_unique<Impl>(std::move(options), std::move(router), clock);
  TRY(impl->Listen());
  impl->Run();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const { return impl_->port(); }
std::size_t Server::connection_count() const { return impl_->connection_count(); }
std::int64_t Server::held_body_bytes() const { return impl_->held_body_bytes(); }
void Server::Stop(std::chrono::milliseconds grace) { impl_->Stop(grace); }

}  // namespace octavo::http
