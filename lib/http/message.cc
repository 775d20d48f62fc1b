#include "lib/http/message.h"

#include <algorithm>
#include <cctype>

namespace octavo::http {
namespace {

bool SameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

Response Redirect(int status, std::string location) {
  Response response = PlainText(status, "Go to " + location + "\n");
  response.headers.Add("Location", std::move(location));
  return response;
}

}  // namespace

std::string_view Headers::Get(std::string_view name) const {
  for (const auto& [key, value] : items_) {
    if (SameName(key, name)) return value;
  }
  return {};
}

bool Headers::Has(std::string_view name) const { return Count(name) > 0; }

int Headers::Count(std::string_view name) const {
  return static_cast<int>(
      std::count_if(items_.begin(), items_.end(), [&](const auto& item) { return SameName(item.first, name); }));
}

void Headers::Set(std::string name, std::string value) {
  std::erase_if(items_, [&](const auto& item) { return SameName(item.first, name); });
  Add(std::move(name), std::move(value));
}

Result<Params> Request::Form() const {
  std::string_view type = headers.Get("Content-Type");
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  if (!SameName(type, "application/x-www-form-urlencoded")) {
    return Error{Code::kInvalidArgument, "NOT_A_FORM", "the body is not application/x-www-form-urlencoded"};
  }
  return ParseQuery(body);
}

Response PlainText(int status, std::string text) {
  Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(text);
  return response;
}

Response SeeOther(std::string location) { return Redirect(303, std::move(location)); }
Response MovedPermanently(std::string location) { return Redirect(301, std::move(location)); }

std::string_view StatusText(int status) {
  switch (status) {
    case 200: return "OK";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "";
  }
}

}  // namespace octavo::http
