/*
 * A disk that fails on demand; loaded with LD_PRELOAD into a child gate (test/support/disk-faults.ts).
 *
 * The file DISK_FAULTS_CONTROL is shared memory between the test and the child (struct control): which calls fail, with which
 * errno, on files whose path holds one of two strings. The child counts there what it made fail, so that a test waits for the
 * fault instead of for time.
 *
 * With DISK_FAULTS_JOURNAL every change of those files is written down: what the disk holds after a power cut can be worked out
 * from it, a failed fsync having dropped what it should have written (as Linux does: the pages count as clean and are not
 * written again).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

struct control {
  int32_t write_errno; /* 0 = writes work */
  int32_t sync_errno;  /* of fsync and fdatasync */
  int32_t open_errno;  /* of opening for writing, making, renaming and removing */
  int32_t read_errno;
  int32_t short_bytes; /* before a write fails, so many bytes of it arrive */
  int32_t skip;        /* so many faults are passed over before the first */
  int32_t hits;        /* faults so far */
  int32_t unused;
  char path[112];      /* part of a path; empty = none */
  char other[112];     /* another one */
};

struct entry { /* of the journal; path and data follow */
  char op;             /* w write, t truncate, s synced, f sync failed, u unlinked */
  char pad[3];
  uint32_t path_bytes;
  uint64_t offset;
  uint64_t bytes;
};

static struct control none;
static struct control *control = &none;
static int journal = -1;
static pthread_mutex_t journal_lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
  return dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("DISK_FAULTS_CONTROL");
  int fd = path ? REAL(open)(path, O_RDWR | O_CLOEXEC) : -1;
  if (fd >= 0) {
    void *shared = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared != MAP_FAILED) control = shared;
    close(fd);
  }
  path = getenv("DISK_FAULTS_JOURNAL");
  if (path) journal = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int meant(const char *path) {
  return (control->path[0] && strstr(path, control->path)) || (control->other[0] && strstr(path, control->other));
}

/* The path of a descriptor that faults are meant for, else NULL. */
static const char *path_of(int fd, char *path) {
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, 4095);
  if (length <= 0) return NULL;
  path[length] = 0;
  return meant(path) ? path : NULL;
}

/* Whether this call fails now. */
static int strikes(int32_t error) {
  if (!error) return 0;
  if (__atomic_load_n(&control->skip, __ATOMIC_SEQ_CST) > 0 &&
      __atomic_fetch_sub(&control->skip, 1, __ATOMIC_SEQ_CST) > 0)
    return 0;
  __atomic_fetch_add(&control->hits, 1, __ATOMIC_SEQ_CST);
  errno = error;
  return 1;
}

static void note(char op, const char *path, uint64_t offset, const void *data, uint64_t bytes) {
  if (journal < 0) return;
  struct entry head = {op, {0}, (uint32_t)strlen(path), offset, bytes};
  int keep = errno;
  pthread_mutex_lock(&journal_lock);
  struct iovec parts[] = {{&head, sizeof head}, {(void *)path, head.path_bytes}, {(void *)data, data ? bytes : 0}};
  if (REAL(writev)(journal, parts, 3) < 0) abort();
  pthread_mutex_unlock(&journal_lock);
  errno = keep;
}

static ssize_t put(int fd, const void *data, size_t bytes, off64_t offset, int at) {
  char buffer[4096];
  int interesting = control->write_errno || journal >= 0;
  const char *path = interesting ? path_of(fd, buffer) : NULL;
  size_t part = bytes;
  int fails = path && strikes(control->write_errno);
  if (fails) {
    /* First some bytes arrive, and the call says how many; the one that brings the rest fails. */
    static __thread int rest;
    rest = !rest && control->short_bytes > 0 && (size_t)control->short_bytes < bytes;
    if (!rest) return -1;
    part = (size_t)control->short_bytes;
  }
  if (path && !at) offset = lseek64(fd, 0, SEEK_CUR);
  ssize_t written = at ? REAL(pwrite64)(fd, data, part, offset) : REAL(write)(fd, data, part);
  if (path && written > 0) note('w', path, (uint64_t)offset, data, (uint64_t)written);
  return written;
}

ssize_t write(int fd, const void *data, size_t bytes) {
  return put(fd, data, bytes, 0, 0);
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset) {
  return put(fd, data, bytes, offset, 1);
}

ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t offset) {
  return put(fd, data, bytes, offset, 1);
}

static ssize_t get(int fd, void *data, size_t bytes, off64_t offset) {
  char buffer[4096];
  if (control->read_errno && path_of(fd, buffer) && strikes(control->read_errno)) return -1;
  return REAL(pread64)(fd, data, bytes, offset);
}

ssize_t pread(int fd, void *data, size_t bytes, off_t offset) {
  return get(fd, data, bytes, offset);
}

ssize_t pread64(int fd, void *data, size_t bytes, off64_t offset) {
  return get(fd, data, bytes, offset);
}

static int sync_with(int fd, int (*sync)(int)) {
  char buffer[4096];
  int interesting = control->sync_errno || journal >= 0;
  const char *path = interesting ? path_of(fd, buffer) : NULL;
  if (path && strikes(control->sync_errno)) {
    note('f', path, 0, NULL, 0);
    return -1;
  }
  int result = sync(fd);
  if (path && result == 0) note('s', path, 0, NULL, 0);
  return result;
}

int fsync(int fd) {
  return sync_with(fd, REAL(fsync));
}

int fdatasync(int fd) {
  return sync_with(fd, REAL(fdatasync));
}

static int truncate_to(int fd, off64_t length) {
  char buffer[4096];
  int interesting = control->write_errno || journal >= 0;
  const char *path = interesting ? path_of(fd, buffer) : NULL;
  if (path && strikes(control->write_errno)) return -1;
  int result = REAL(ftruncate64)(fd, length);
  if (path && result == 0) note('t', path, (uint64_t)length, NULL, 0);
  return result;
}

int ftruncate(int fd, off_t length) {
  return truncate_to(fd, length);
}

int ftruncate64(int fd, off64_t length) {
  return truncate_to(fd, length);
}

static int may_not_open(const char *path, int flags) {
  int writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT);
  return control->open_errno && writes && meant(path) && strikes(control->open_errno);
}

#define OPEN(name)                                        \
  int name(const char *path, int flags, ...) {            \
    va_list list;                                         \
    va_start(list, flags);                                \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; \
    va_end(list);                                         \
    if (may_not_open(path, flags)) return -1;             \
    return REAL(name)(path, flags, mode);                 \
  }

OPEN(open)
OPEN(open64)

static int may_not_change(const char *path) {
  return control->open_errno && meant(path) && strikes(control->open_errno);
}

int mkdir(const char *path, mode_t mode) {
  return may_not_change(path) ? -1 : REAL(mkdir)(path, mode);
}

int unlink(const char *path) {
  if (may_not_change(path)) return -1;
  int result = REAL(unlink)(path);
  if (result == 0 && meant(path)) note('u', path, 0, NULL, 0);
  return result;
}

int rename(const char *from, const char *to) {
  return may_not_change(to) ? -1 : REAL(rename)(from, to);
}
