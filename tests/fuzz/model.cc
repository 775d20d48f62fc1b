// The file of a trained model: a whole one, or refused before anything of it is used.
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "recommender/model.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = memfd_create("model", 0);
  if (write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
  const auto model = octavo::recommender::Model::Open("/proc/self/fd/" + std::to_string(file));
  if (!model.ok()) PROMISE(!model.error().message.empty());
  close(file);
  return 0;
}
