/*
 * How dev.stoker.io.posix.SmallFile writes a file that came whole, by JNI for splice.c's reasons. Of 10,000 small files the JDK
 * opens each three times, to write, mark and date it; here once. Returns 0 or a negative errno.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NATIVE(name) Java_dev_stoker_io_posix_StoreCalls_##name
#define UNUSED __attribute__((unused))
#define TEXT(address) ((const char *)(intptr_t)(address))

static int write_all(int file, const char *bytes, int64_t count) {
  while (count > 0) {
    ssize_t put = write(file, bytes, (size_t)count);
    if (put < 0 && errno != EINTR) return -1;
    if (put > 0) bytes += put, count -= put;
  }
  return 0;
}

/* A file at `path` of `count` bytes at `data`, with an extended attribute, where the file system has those, and its time. */
int64_t NATIVE(store)(void *environment UNUSED, void *type UNUSED, int64_t path, int64_t data, int64_t count, int64_t name,
                      int64_t value, int64_t value_bytes, int64_t seconds, int64_t nanos) {
  int file = open(TEXT(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (file < 0) return -errno;
  struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_sec = seconds, .tv_nsec = nanos}};
  int failed = write_all(file, TEXT(data), count);
  if (!failed) {
    fsetxattr(file, TEXT(name), TEXT(value), (size_t)value_bytes, 0);
    failed = futimens(file, times);
  }
  int reason = failed ? errno : 0;
  /* Some network file systems tell only now that there was no room. */
  if (close(file) != 0 && errno != EINTR && !reason) reason = errno;
  return -reason;
}

int64_t NATIVE(rename)(void *environment UNUSED, void *type UNUSED, int64_t from, int64_t to) {
  return rename(TEXT(from), TEXT(to)) != 0 ? -errno : 0;
}
