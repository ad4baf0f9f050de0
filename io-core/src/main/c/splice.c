/*
 * The system calls by which dev.stoker.io.posix.SplicePipe moves bytes from sockets into files, as JNI functions with
 * primitive arguments only. JNA, which makes all other calls, takes a fifth of a second of CPU time to start: more than
 * `stoker fetch` saves with these on 500 MiB. Each returns a negative errno when it fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#define NATIVE(name) Java_dev_stoker_io_posix_SpliceCalls_##name
#define UNUSED __attribute__((unused))
#define RESCUE_BYTES 65536

static int64_t result(int64_t value) { return value < 0 ? -errno : value; }

/* A pipe of so many bytes, or of fewer where the user's share is used up: its read end, and 2^32 times its write end. */
int64_t NATIVE(pipe)(void *environment UNUSED, void *type UNUSED, int32_t bytes) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
  fcntl(ends[1], F_SETPIPE_SZ, bytes);
  return (int64_t)ends[1] << 32 | ends[0];
}

/* The file at the NUL-terminated path at `address`, open for writing. */
int64_t NATIVE(open)(void *environment UNUSED, void *type UNUSED, int64_t address) {
  return result(open((const char *)(intptr_t)address, O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
}

/* Room for so many bytes, which are not part of the file yet. */
int64_t NATIVE(allocate)(void *environment UNUSED, void *type UNUSED, int32_t file, int64_t count) {
  return result(fallocate(file, FALLOC_FL_KEEP_SIZE, 0, count));
}

/* Takes what has come on a socket. */
int64_t NATIVE(fill)(void *environment UNUSED, void *type UNUSED, int32_t socket, int32_t pipe, int64_t count) {
  int64_t moved;
  do moved = splice(socket, NULL, pipe, NULL, (size_t)count, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  while (moved < 0 && errno == EINTR);
  return result(moved);
}

/* For file systems that cannot splice: the same by way of memory. */
static int64_t copy(int pipe, int file, int64_t offset, int64_t count) {
  char bytes[RESCUE_BYTES];
  int64_t done = 0;
  while (done < count) {
    int64_t left = count - done;
    ssize_t got = read(pipe, bytes, left < RESCUE_BYTES ? (size_t)left : RESCUE_BYTES);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got < 0 ? -errno : -EIO;
    for (ssize_t at = 0; at < got;) {
      ssize_t put = pwrite(file, bytes + at, (size_t)(got - at), offset + done + at);
      if (put < 0 && errno != EINTR) return -errno;
      if (put > 0) at += put;
    }
    done += got;
  }
  return count;
}

/* Writes `count` bytes that are in the pipe. */
int64_t NATIVE(empty)(void *environment UNUSED, void *type UNUSED, int32_t pipe, int32_t file, int64_t offset,
                      int64_t count) {
  off_t at = offset;
  int64_t left = count;
  while (left > 0) {
    ssize_t moved = splice(pipe, NULL, file, &at, (size_t)left, SPLICE_F_MOVE);
    if (moved > 0) {
      left -= moved;
    } else if (moved < 0 && errno == EINVAL) {
      int64_t copied = copy(pipe, file, at, left);
      return copied < 0 ? copied : count;
    } else if (moved == 0) {
      return -EIO;
    } else if (errno != EINTR) {
      return -errno;
    }
  }
  return count;
}

void NATIVE(close)(void *environment UNUSED, void *type UNUSED, int32_t descriptor) { close(descriptor); }
