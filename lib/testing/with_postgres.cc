// with_postgres COMMAND [ARGUMENT…]: runs the command with OCTAVO_TEST_POSTGRES_URL naming a PostgreSQL server that lives
// as long as the command does, so that many test programs share one. Ends with the command's status.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "lib/testing/postgres_cluster.h"

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: with_postgres COMMAND [ARGUMENT...]\n");
    return EXIT_FAILURE;
  }
  const octavo::PostgresCluster cluster;
  setenv("OCTAVO_TEST_POSTGRES_URL", cluster.url().c_str(), /*overwrite=*/1);
  const pid_t command = fork();
  if (command == 0) {
    execvp(arguments[1], arguments + 1);
    std::perror(arguments[1]);
    _exit(127);
  }
  int status = 0;
  if (command < 0 || waitpid(command, &status, 0) != command) return EXIT_FAILURE;
  return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
