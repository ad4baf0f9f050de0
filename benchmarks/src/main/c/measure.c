/*
 * measure RESULT RESERVE COMMAND...: runs COMMAND and writes what it cost to the file RESULT, one line:
 * exit status (128 + signal), wall ns, user µs, system µs, peak RSS KiB; its children included that it waited for (wait4(2)).
 * RESERVE, unless "-", is a file whose page cache is given up right before, so that COMMAND gets pages this machine holds already:
 * on a virtual machine the first touch of a page that was given back to the host costs more than filling it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long micros(struct timeval t) { return t.tv_sec * 1000000LL + t.tv_usec; }

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: measure RESULT RESERVE COMMAND...\n");
    return 2;
  }
  if (strcmp(argv[2], "-") != 0) {
    int reserve = open(argv[2], O_RDONLY | O_CLOEXEC);
    if (reserve < 0 || posix_fadvise(reserve, 0, 0, POSIX_FADV_DONTNEED) != 0) {
      perror("measure: cannot release the reserve");
      return 2;
    }
    close(reserve);
  }
  long long start = now_ns();
  pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(argv[3], argv + 3);
    perror(argv[3]);
    _exit(127);
  }
  int status;
  struct rusage used;
  if (child < 0 || wait4(child, &status, 0, &used) < 0) {
    perror("measure");
    return 2;
  }
  long long wall = now_ns() - start;
  FILE *result = fopen(argv[1], "w");
  if (result == NULL) {
    perror(argv[1]);
    return 2;
  }
  fprintf(result, "%d %lld %lld %lld %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), wall,
          micros(used.ru_utime), micros(used.ru_stime), used.ru_maxrss);
  return fclose(result) == 0 ? 0 : 2;
}
