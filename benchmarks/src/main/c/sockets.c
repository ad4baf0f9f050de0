/*
 * What plain sockets reach: the limit that transfer programs are compared with. IPv4, HTTP/1.1, keep-alive, no checks but of the status.
 *
 *   sockets drop  ADDRESS PORT TARGET BYTES CONNECTIONS          ranged GETs, bytes thrown away
 *   sockets cache ADDRESS PORT TARGET BYTES CONNECTIONS FILE     ... written through the page cache
 *   sockets direct ADDRESS PORT TARGET BYTES CONNECTIONS FILE    ... written with O_DIRECT
 *   sockets put   ADDRESS PORT TARGET?SAS BYTES CONNECTIONS FILE Put Block by sendfile(2), then Put Block List
 *   sockets files ADDRESS PORT LIST - CONNECTIONS FOLDER         each line of LIST (/folder/name) becomes FOLDER/name
 *   sockets whole ADDRESS PORT LIST - CONNECTIONS FOLDER         ... under another name until it is whole, with mtime and an xattr of its version
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { PART = 16 << 20, CHUNK = 4 << 20, HEAD = 16 << 10 };

static const char *mode, *target, *path;
static struct sockaddr_in server;
static long long total;
static int file = -1;
static atomic_llong next_part;
static char **names;
static long long name_count;

static int dial(void) {
  int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (s < 0 || connect(s, (struct sockaddr *)&server, sizeof server) != 0) err(1, "connect");
  return s;
}

static void send_all(int s, const char *data, size_t length, int flags) {
  while (length > 0) {
    ssize_t n = send(s, data, length, flags | MSG_NOSIGNAL);
    if (n < 0) err(1, "send");
    data += n;
    length -= (size_t)n;
  }
}

/* Reads an answer's head into `head`; says the body's length and how much of the body is in `head` already, from *body on. */
static long long read_head(int s, char *head, char **body, size_t *early) {
  size_t have = 0;
  for (;;) {
    ssize_t n = recv(s, head + have, HEAD - 1 - have, 0);
    if (n <= 0) errx(1, "the server closed the connection");
    have += (size_t)n;
    head[have] = 0;
    char *end = strstr(head, "\r\n\r\n");
    if (end != NULL) {
      *body = end + 4;
      *early = have - (size_t)(*body - head);
      end[2] = 0;
      break;
    }
    if (have == HEAD - 1) errx(1, "an answer's head is too long");
  }
  if (strncmp(head, "HTTP/1.1 2", 10) != 0) errx(1, "refused: %.200s", head);
  char *length = strcasestr(head, "\r\ncontent-length:");
  return length == NULL ? 0 : atoll(length + 17);
}

static void write_at(const char *data, size_t length, long long at) {
  if (file < 0) return;
  while (length > 0) {
    ssize_t n = pwrite(file, data, length, at);
    if (n < 0) err(1, "write");
    data += n;
    at += n;
    length -= (size_t)n;
  }
}

/* One body into its place, in chunks; the chunk's address is aligned, so that it may go past the page cache. */
static void take_body(int s, char *chunk, const char *body, size_t early, long long length, long long at) {
  size_t have = early;
  memcpy(chunk, body, early);
  while (length > 0) {
    size_t want = length < CHUNK ? (size_t)length : CHUNK;
    while (have < want) {
      ssize_t n = recv(s, chunk + have, want - have, 0);
      if (n <= 0) errx(1, "the server closed the connection in a body");
      have += (size_t)n;
    }
    write_at(chunk, strcmp(mode, "direct") == 0 ? (want + 4095) / 4096 * 4096 : want, at);
    at += (long long)want;
    length -= (long long)want;
    have = 0;
  }
}

static void get_part(int s, char *chunk, char *head, long long part) {
  long long from = part * PART, to = from + PART < total ? from + PART : total;
  int n = snprintf(head, HEAD, "GET %s HTTP/1.1\r\nHost: s\r\nRange: bytes=%lld-%lld\r\n\r\n", target, from, to - 1);
  send_all(s, head, (size_t)n, 0);
  char *body;
  size_t early;
  long long length = read_head(s, head, &body, &early);
  if (length != to - from) errx(1, "a range has %lld bytes instead of %lld", length, to - from);
  take_body(s, chunk, body, early, length, from);
}

static void put_part(int s, char *head, long long part) {
  long long from = part * PART, to = from + PART < total ? from + PART : total;
  int n = snprintf(head, HEAD, "PUT %s&comp=block&blockid=%08lld HTTP/1.1\r\nHost: s\r\nContent-Length: %lld\r\n\r\n", target, part, to - from);
  send_all(s, head, (size_t)n, MSG_MORE);
  off_t at = from;
  while (at < to)
    if (sendfile(s, file, &at, (size_t)(to - at)) < 0) err(1, "sendfile");
  char *body;
  size_t early;
  if (read_head(s, head, &body, &early) != 0) errx(1, "an answer with a body");
}

static void get_file(int s, char *chunk, char *head, const char *name) {
  int n = snprintf(head, HEAD, "GET %s HTTP/1.1\r\nHost: s\r\n\r\n", name);
  send_all(s, head, (size_t)n, 0);
  char *body;
  size_t early;
  long long length = read_head(s, head, &body, &early);
  if (length > CHUNK) errx(1, "%s is too large for this", name);
  memcpy(chunk, body, early);
  for (long long have = (long long)early; have < length; have += n)
    if ((n = (int)recv(s, chunk + have, (size_t)(length - have), 0)) <= 0) errx(1, "the server closed the connection");
  char to[4096], part[sizeof to + 8];
  int whole = strcmp(mode, "whole") == 0;
  snprintf(to, sizeof to, "%s%s", path, strrchr(name, '/'));
  snprintf(part, sizeof part, "%s%s", to, whole ? ".part" : "");
  int out = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (out < 0 || write(out, chunk, (size_t)length) != length) err(1, "%s", part);
  if (whole) {
    static const char version[] = "\"6578a1b2-4000\"";
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1700000000}};
    if (fsetxattr(out, "user.version", version, sizeof version - 1, 0) != 0 || futimens(out, times) != 0) err(1, "%s", part);
  }
  if (close(out) != 0 || (whole && rename(part, to) != 0)) err(1, "%s", to);
}

static void *work(void *unused) {
  char *chunk, *head = malloc(HEAD);
  if (head == NULL || posix_memalign((void **)&chunk, 4096, CHUNK) != 0) errx(1, "no memory");
  int s = dial();
  long long count = names != NULL ? name_count : (total + PART - 1) / PART, part;
  while ((part = atomic_fetch_add(&next_part, 1)) < count) {
    if (names != NULL)
      get_file(s, chunk, head, names[part]);
    else if (strcmp(mode, "put") == 0)
      put_part(s, head, part);
    else
      get_part(s, chunk, head, part);
  }
  close(s);
  free(chunk);
  free(head);
  return unused;
}

static void commit_blocks(void) {
  long long count = (total + PART - 1) / PART;
  char *list = malloc(64 * (size_t)count + 256), *head = malloc(HEAD), *body;
  if (list == NULL || head == NULL) errx(1, "no memory");
  size_t length = (size_t)sprintf(list, "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>"), early;
  for (long long part = 0; part < count; part++) length += (size_t)sprintf(list + length, "<Latest>%08lld</Latest>", part);
  length += (size_t)sprintf(list + length, "</BlockList>");
  int s = dial(), n = snprintf(head, HEAD, "PUT %s&comp=blocklist HTTP/1.1\r\nHost: s\r\nContent-Length: %zu\r\n\r\n", target, length);
  send_all(s, head, (size_t)n, MSG_MORE);
  send_all(s, list, length, 0);
  read_head(s, head, &body, &early);
  close(s);
}

static void read_names(const char *list) {
  FILE *in = fopen(list, "r");
  if (in == NULL) err(1, "%s", list);
  char *line = NULL;
  size_t size = 0;
  ssize_t n;
  while ((n = getline(&line, &size, in)) > 0) {
    if (line[n - 1] == '\n') line[n - 1] = 0;
    names = realloc(names, (size_t)(name_count + 1) * sizeof *names);
    if (names == NULL || (names[name_count++] = strdup(line)) == NULL) errx(1, "no memory");
  }
  free(line);
  fclose(in);
}

int main(int argc, char **argv) {
  if (argc < 7) errx(2, "usage: sockets drop|cache|direct|put|files|whole ADDRESS PORT TARGET BYTES CONNECTIONS [FILE]");
  mode = argv[1];
  server.sin_family = AF_INET;
  server.sin_port = htons((unsigned short)atoi(argv[3]));
  if (inet_pton(AF_INET, argv[2], &server.sin_addr) != 1) errx(2, "%s is no IPv4 address", argv[2]);
  target = argv[4];
  total = atoll(argv[5]);
  int connections = atoi(argv[6]);
  path = argc > 7 ? argv[7] : "";
  if (connections < 1 || connections > 256) errx(2, "1 to 256 connections");
  if (strcmp(mode, "files") == 0 || strcmp(mode, "whole") == 0)
    read_names(target);
  else if (strcmp(mode, "put") == 0)
    file = open(path, O_RDONLY | O_CLOEXEC);
  else if (strcmp(mode, "drop") != 0)
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | (strcmp(mode, "direct") == 0 ? O_DIRECT : 0), 0666);
  if (names == NULL && strcmp(mode, "drop") != 0 && file < 0) err(1, "%s", path);
  pthread_t threads[256];
  for (int i = 0; i < connections; i++)
    if (pthread_create(&threads[i], NULL, work, NULL) != 0) errx(1, "no thread");
  for (int i = 0; i < connections; i++) pthread_join(threads[i], NULL);
  if (strcmp(mode, "put") == 0) commit_blocks();
  if (strcmp(mode, "direct") == 0 && ftruncate(file, total) != 0) err(1, "%s", path);
  return 0;
}
