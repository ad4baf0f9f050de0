/*
 * Reads one file and says how fast: reads FILE seq BLOCK, or reads FILE random BLOCK ALIGN COUNT SEED.
 * Prints bytes, nanoseconds, the median of one random read (or 0) and the CPU time, all in nanoseconds.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static uint64_t state;

/* xorshift64* (Vigna): the same offsets for the same seed. */
static uint64_t next(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 2685821657736338717ULL;
}

static int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  if (argc != 4 && argc != 7) {
    fprintf(stderr, "reads FILE seq BLOCK | reads FILE random BLOCK ALIGN COUNT SEED\n");
    return 2;
  }
  int fd = open(argv[1], O_RDONLY);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0) {
    perror(argv[1]);
    return 1;
  }
  size_t block = strtoull(argv[3], NULL, 10);
  char *buffer = malloc(block);
  if (!buffer) return 1;
  memset(buffer, 1, block);
  int64_t bytes = 0, start = now(), median = 0;
  if (argc == 4) {
    ssize_t got;
    while ((got = read(fd, buffer, block)) > 0) bytes += got;
    if (got < 0) {
      perror("read");
      return 1;
    }
  } else {
    uint64_t align = strtoull(argv[4], NULL, 10), count = strtoull(argv[5], NULL, 10);
    state = strtoull(argv[6], NULL, 10) * 0x9E3779B97F4A7C15ULL + 1;
    uint64_t places = ((uint64_t)status.st_size - block) / align + 1;
    int64_t *took = malloc(count * sizeof *took);
    if (!took || count == 0) return 1;
    for (uint64_t i = 0; i < count; i++) {
      int64_t before = now();
      ssize_t got = pread(fd, buffer, block, next() % places * align);
      took[i] = now() - before;
      if (got != (ssize_t)block) {
        perror("pread");
        return 1;
      }
      bytes += got;
    }
    qsort(took, count, sizeof *took, ascending);
    median = took[count / 2];
  }
  int64_t wall = now() - start;
  struct timespec cpu;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  printf("%lld %lld %lld %lld\n", (long long)bytes, (long long)wall, (long long)median,
         cpu.tv_sec * 1000000000LL + cpu.tv_nsec);
  return 0;
}
