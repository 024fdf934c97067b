/*
 * Keeps what a process has written to its database and not yet synced, so that a harness can take it back after a kill, as a
 * power cut would. Loaded with LD_PRELOAD; the folder for the records is $POWER_CUT_LOG. See power-cut.ts.
 *
 * For each file (`presend.db`, `presend.db-wal`) a log of records in the machine's byte order: int64 offset, int64 size of
 * the file before, uint32 bytes that were there, uint32 bytes that came, then the former and the latter. A truncation is a
 * record with offset = the new size and UINT32_MAX for what came. A sync of the file empties its log.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FD 4096
#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

/* 0 = not watched; otherwise 1 + index of the file. */
static unsigned char watched[MAX_FD];
static int logs[2] = {-1, -1};
static const char *const names[2] = {"presend.db", "presend.db-wal"};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int ends_with(const char *text, const char *end) {
  size_t a = strlen(text), b = strlen(end);
  return a > b && text[a - b - 1] == '/' && strcmp(text + a - b, end) == 0;
}

static void note_open(int fd, const char *path) {
  const char *folder = getenv("POWER_CUT_LOG");
  if (fd < 0 || fd >= MAX_FD || !folder) return;
  watched[fd] = 0;
  for (int i = 0; i < 2; i++) {
    if (!ends_with(path, names[i])) continue;
    if (logs[i] < 0) {
      char name[4096];
      snprintf(name, sizeof name, "%s/%s", folder, names[i]);
      logs[i] = REAL(int, "open", const char *, int, ...)(name, O_WRONLY | O_CREAT | O_APPEND, 0600);
    }
    watched[fd] = (unsigned char)(i + 1);
  }
}

static int log_of(int fd) { return fd >= 0 && fd < MAX_FD && watched[fd] ? logs[watched[fd] - 1] : -1; }

static void put(int log, const void *bytes, size_t size) {
  const char *at = bytes;
  while (size > 0) {
    ssize_t done = REAL(ssize_t, "write", int, const void *, size_t)(log, at, size);
    if (done <= 0) abort();
    at += done;
    size -= (size_t)done;
  }
}

static void record(int fd, int64_t offset, const void *came, uint32_t size, int truncated) {
  int log = log_of(fd);
  if (log < 0) return;
  struct stat now;
  if (fstat(fd, &now) != 0) abort();
  int64_t before = now.st_size;
  int64_t there = before - offset;
  if (there < 0) there = 0;
  if (!truncated && there > size) there = size;
  char *former = malloc((size_t)there + 1);
  if (there > 0 && REAL(ssize_t, "pread64", int, void *, size_t, off64_t)(fd, former, (size_t)there, offset) != there)
    abort();
  uint32_t counts[2] = {(uint32_t)there, truncated ? UINT32_MAX : size};
  pthread_mutex_lock(&lock);
  put(log, &offset, 8);
  put(log, &before, 8);
  put(log, counts, 8);
  put(log, former, (size_t)there);
  if (!truncated) put(log, came, size);
  pthread_mutex_unlock(&lock);
  free(former);
}

static void synced(int fd) {
  int log = log_of(fd);
  if (log >= 0 && REAL(int, "ftruncate64", int, off64_t)(log, 0) != 0) abort();
}

#define OPEN(name)                                                    \
  int name(const char *path, int flags, ...) {                        \
    va_list rest;                                                     \
    va_start(rest, flags);                                            \
    mode_t mode = va_arg(rest, mode_t);                               \
    va_end(rest);                                                     \
    int fd = REAL(int, #name, const char *, int, ...)(path, flags, mode); \
    note_open(fd, path);                                              \
    return fd;                                                        \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  if (fd >= 0 && fd < MAX_FD) watched[fd] = 0;
  return REAL(int, "close", int)(fd);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) {
  record(fd, offset, bytes, (uint32_t)size, 0);
  return REAL(ssize_t, "pwrite", int, const void *, size_t, off_t)(fd, bytes, size, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
  record(fd, offset, bytes, (uint32_t)size, 0);
  return REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t)(fd, bytes, size, offset);
}

int ftruncate(int fd, off_t size) {
  record(fd, size, NULL, 0, 1);
  return REAL(int, "ftruncate", int, off_t)(fd, size);
}

int ftruncate64(int fd, off64_t size) {
  record(fd, size, NULL, 0, 1);
  return REAL(int, "ftruncate64", int, off64_t)(fd, size);
}

int fsync(int fd) {
  int failed = REAL(int, "fsync", int)(fd);
  if (!failed) synced(fd);
  return failed;
}

int fdatasync(int fd) {
  int failed = REAL(int, "fdatasync", int)(fd);
  if (!failed) synced(fd);
  return failed;
}
