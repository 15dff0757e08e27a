/* Stands between a program and its disk (LD_PRELOAD, Linux).
 *
 * With SHIM_JOURNAL it writes down, in order, every write, truncation, naming and flush under the folder SHIM_ROOT, and
 * every answer that the program gives: on standard output, or as an HTTP response. src/disk.rs reads that and rebuilds
 * what a power cut at any moment could leave.
 *
 * With SHIM_FAIL=write:N:ERRNO:once|lasting (or sync:…) the N-th such call under SHIM_ROOT fails, alone or with all
 * that follow; the file SHIM_FAILED appears when the first does. With SHIM_ARMED nothing is counted before that file is
 * there.
 *
 * Real flushes are left out: the machine that tests keeps its power. Calls go straight to the kernel. What a shim
 * cannot see would make the journal a lie, so a writable shared mapping is written down as such, and copies inside the
 * kernel are refused, so that programs fall back to reading and writing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FILES = 65536, ANSWER = 4096 };
enum { NOT_OURS = 0, OURS, OUR_FOLDER };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static int journal = -1;
static const char *armed, *failed;
static char fail_kind;
static long fail_at, fail_counted;
static int fail_errno, fail_lasting, fail_is_armed;
/* What each descriptor is, and of a folder its name under the root. */
static unsigned char kind[FILES];
static char *folder[FILES];

struct record {
    char kind;
    char unused[7];
    uint64_t file, offset;
    uint32_t first, second;
};

__attribute__((constructor)) static void begin(void) {
    const char *value = getenv("SHIM_ROOT");
    if (!value) return;
    root_length = strlen(value);
    memcpy(root, value, root_length + 1);
    if ((value = getenv("SHIM_JOURNAL")))
        journal = syscall(SYS_openat, AT_FDCWD, value, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    armed = getenv("SHIM_ARMED");
    failed = getenv("SHIM_FAILED");
    if ((value = getenv("SHIM_FAIL"))) {
        char what[8], how[8];
        if (sscanf(value, "%7[a-z]:%ld:%d:%7[a-z]", what, &fail_at, &fail_errno, how) != 4) abort();
        fail_kind = what[0];
        fail_lasting = how[0] == 'l';
    }
}

/* The path under the root ("" for the root itself), or none. */
static const char *inside(const char *path) {
    if (!root_length || strncmp(path, root, root_length) != 0) return NULL;
    if (path[root_length] == 0) return path + root_length;
    return path[root_length] == '/' ? path + root_length + 1 : NULL;
}

static unsigned char kind_of(int fd) { return fd >= 0 && fd < FILES ? kind[fd] : NOT_OURS; }

static uint64_t file_of(int fd) {
    struct stat found;
    return fstat(fd, &found) == 0 ? (uint64_t)found.st_ino : 0;
}

static void note(char what, uint64_t file, uint64_t offset, const void *first, size_t first_length, const void *second,
                 size_t second_length) {
    if (journal < 0) return;
    struct record record = {.kind = what, .file = file, .offset = offset, .first = first_length, .second = second_length};
    struct iovec parts[3] = {{&record, sizeof record}, {(void *)first, first_length}, {(void *)second, second_length}};
    ssize_t length = sizeof record + first_length + second_length;
    if (syscall(SYS_writev, journal, parts, 3) != length) abort();
}

static void note_path(char what, const char *path) { note(what, 0, 0, path, strlen(path), NULL, 0); }

/* Whether this call is to fail; errno is set then. Called under the lock. */
static int fails(char what) {
    if (what != fail_kind) return 0;
    if (armed && !fail_is_armed) {
        struct stat found;
        if (stat(armed, &found) != 0) return 0;
        fail_is_armed = 1;
    }
    fail_counted++;
    if (fail_counted != fail_at && !(fail_lasting && fail_counted > fail_at)) return 0;
    if (failed) {
        int fd = syscall(SYS_openat, AT_FDCWD, failed, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd >= 0) syscall(SYS_close, fd);
    }
    errno = fail_errno;
    return 1;
}

static int open_at(int at, const char *path, int flags, mode_t mode) {
    const char *name = at == AT_FDCWD || path[0] == '/' ? inside(path) : NULL;
    if (!name) return syscall(SYS_openat, at, path, flags, mode);
    pthread_mutex_lock(&lock);
    struct stat before;
    int was_there = stat(path, &before) == 0;
    int fd = syscall(SYS_openat, at, path, flags, mode);
    if (fd >= FILES) abort();
    if (fd >= 0) {
        struct stat now;
        if (fstat(fd, &now) != 0) abort();
        free(folder[fd]);
        folder[fd] = NULL;
        kind[fd] = OURS;
        if (S_ISDIR(now.st_mode)) {
            kind[fd] = OUR_FOLDER;
            folder[fd] = strdup(name);
        } else if (!was_there) {
            note('C', now.st_ino, 0, name, strlen(name), NULL, 0);
        } else if ((flags & O_TRUNC) && before.st_size > 0) {
            note('T', now.st_ino, 0, NULL, 0, NULL, 0);
        }
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

static mode_t mode_of(int flags, va_list more) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; }

#define OPEN(name)                                 \
    int name(const char *path, int flags, ...) {   \
        va_list more;                              \
        va_start(more, flags);                     \
        mode_t mode = mode_of(flags, more);        \
        va_end(more);                              \
        return open_at(AT_FDCWD, path, flags, mode); \
    }
#define OPENAT(name)                                     \
    int name(int at, const char *path, int flags, ...) { \
        va_list more;                                    \
        va_start(more, flags);                           \
        mode_t mode = mode_of(flags, more);              \
        va_end(more);                                    \
        return open_at(at, path, flags, mode);           \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int fd) {
    pthread_mutex_lock(&lock);
    if (fd >= 0 && fd < FILES && kind[fd]) {
        kind[fd] = NOT_OURS;
        free(folder[fd]);
        folder[fd] = NULL;
    }
    pthread_mutex_unlock(&lock);
    return syscall(SYS_close, fd);
}

/* An answer goes out: it is written down before anybody can have it. */
static void answer(int fd, const struct iovec *parts, int count) {
    if (journal < 0 || fd == 2) return;
    char start[ANSWER];
    size_t length = 0;
    for (int i = 0; i < count && length < sizeof start; i++) {
        size_t room = sizeof start - length, part = parts[i].iov_len < room ? parts[i].iov_len : room;
        memcpy(start + length, parts[i].iov_base, part);
        length += part;
    }
    if (fd != 1 && (length < 9 || memcmp(start, "HTTP/1.1 ", 9) != 0)) return;
    pthread_mutex_lock(&lock);
    note('A', 0, 0, start, length, NULL, 0);
    pthread_mutex_unlock(&lock);
}

/* Writes to a file of ours at an offset; -1 is where it stands. */
static ssize_t put(int fd, const struct iovec *parts, int count, off_t offset) {
    pthread_mutex_lock(&lock);
    ssize_t written = -1;
    if (!fails('w')) {
        off_t from = offset;
        if (from < 0) {
            struct stat found;
            int appends = fcntl(fd, F_GETFL) & O_APPEND;
            from = appends && fstat(fd, &found) == 0 ? found.st_size : lseek(fd, 0, SEEK_CUR);
        }
        written = offset < 0 ? syscall(SYS_writev, fd, parts, count)
                             : syscall(SYS_pwritev, fd, parts, count, (unsigned long)offset, 0);
        uint64_t file = file_of(fd);
        ssize_t left = written;
        for (int i = 0; i < count && left > 0; i++) {
            size_t part = parts[i].iov_len < (size_t)left ? parts[i].iov_len : (size_t)left;
            note('W', file, from, parts[i].iov_base, part, NULL, 0);
            from += part;
            left -= part;
        }
    }
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    struct iovec one = {(void *)bytes, length};
    if (kind_of(fd)) return put(fd, &one, 1, -1);
    answer(fd, &one, 1);
    return syscall(SYS_write, fd, bytes, length);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (kind_of(fd)) return put(fd, parts, count, -1);
    answer(fd, parts, count);
    return syscall(SYS_writev, fd, parts, count);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    struct iovec one = {(void *)bytes, length};
    answer(fd, &one, 1);
    return syscall(SYS_sendto, fd, bytes, length, flags, NULL, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    answer(fd, message->msg_iov, message->msg_iovlen);
    return syscall(SYS_sendmsg, fd, message, flags);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    struct iovec one = {(void *)bytes, length};
    return kind_of(fd) ? put(fd, &one, 1, offset) : syscall(SYS_pwrite64, fd, bytes, length, offset);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) { return pwrite(fd, bytes, length, offset); }

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
    return kind_of(fd) ? put(fd, parts, count, offset)
                       : syscall(SYS_pwritev, fd, parts, count, (unsigned long)offset, 0);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) { return pwritev(fd, parts, count, offset); }

int ftruncate(int fd, off_t length) {
    if (!kind_of(fd)) return syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&lock);
    int done = fails('w') ? -1 : syscall(SYS_ftruncate, fd, length);
    if (done == 0) note('T', file_of(fd), length, NULL, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

int fsync(int fd) {
    if (!kind_of(fd)) return syscall(SYS_fsync, fd);
    pthread_mutex_lock(&lock);
    int done = fails('s') ? -1 : 0;
    if (done == 0 && kind_of(fd) == OURS) note('S', file_of(fd), 0, NULL, 0, NULL, 0);
    if (done == 0 && kind_of(fd) == OUR_FOLDER) note_path('F', folder[fd]);
    pthread_mutex_unlock(&lock);
    return done;
}
int fdatasync(int fd) { return kind_of(fd) ? fsync(fd) : syscall(SYS_fdatasync, fd); }

/* Naming: the call, and its record if it succeeded and both names are ours. */
static int named(int done, char what, const char *from, const char *to) {
    int error = errno;
    const char *first = inside(from), *second = to ? inside(to) : "";
    if (done == 0 && first && second) note(what, 0, 0, first, strlen(first), second, strlen(second));
    else if (done == 0 && (first || (to && second)) && journal >= 0) abort(); /* in or out of the root: not understood */
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

int rename(const char *from, const char *to) {
    pthread_mutex_lock(&lock);
    return named(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0), 'R', from, to);
}

int link(const char *from, const char *to) {
    pthread_mutex_lock(&lock);
    return named(syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0), 'L', from, to);
}

/* Rust's hard_link. */
int linkat(int from_at, const char *from, int to_at, const char *to, int flags) {
    pthread_mutex_lock(&lock);
    return named(syscall(SYS_linkat, from_at, from, to_at, to, flags), 'L', from, to);
}

int unlink(const char *path) {
    pthread_mutex_lock(&lock);
    return named(syscall(SYS_unlinkat, AT_FDCWD, path, 0), 'U', path, NULL);
}

int mkdir(const char *path, mode_t mode) {
    pthread_mutex_lock(&lock);
    return named(syscall(SYS_mkdirat, AT_FDCWD, path, mode), 'D', path, NULL);
}

int rmdir(const char *path) {
    pthread_mutex_lock(&lock);
    return named(syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR), 'U', path, NULL);
}

static void *map(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
    if (kind_of(fd) && (flags & MAP_SHARED) && (protection & PROT_WRITE)) {
        pthread_mutex_lock(&lock);
        note('M', file_of(fd), offset, NULL, 0, NULL, 0);
        pthread_mutex_unlock(&lock);
    }
    return (void *)syscall(SYS_mmap, at, length, protection, flags, fd, offset);
}
void *mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
    return map(at, length, protection, flags, fd, offset);
}
void *mmap64(void *at, size_t length, int protection, int flags, int fd, off64_t offset) {
    return map(at, length, protection, flags, fd, offset);
}

static ssize_t refuse(int error) {
    errno = error;
    return -1;
}
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags) {
    if (kind_of(out)) return refuse(ENOSYS);
    return syscall(SYS_copy_file_range, in, from, out, to, length, flags);
}
ssize_t sendfile64(int out, int in, off64_t *from, size_t length) {
    if (kind_of(out)) return refuse(EINVAL);
    return syscall(SYS_sendfile, out, in, from, length);
}
ssize_t sendfile(int out, int in, off_t *from, size_t length) { return sendfile64(out, in, from, length); }
