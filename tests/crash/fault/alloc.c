/*
 * A failing allocation on demand, for tests only: preloaded (LD_PRELOAD) into the postmaster it stands
 * before malloc, calloc, realloc, posix_memalign and aligned_alloc. The n-th request of pg_replenish.so
 * after alloc_fail_after(n) is refused once, whichever thread makes it; requests from elsewhere pass.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static atomic_long left = 0;
static atomic_int in_thread = 0;
static uintptr_t from = 0, to = 0;

/* Where pg_replenish.so lies in memory; found once, since dladdr is too slow for every call. */
static void find_library(void)
{
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    if (!maps)
        return;
    while (fgets(line, sizeof line, maps))
    {
        unsigned long begin, end;
        if (strstr(line, "pg_replenish.so") && sscanf(line, "%lx-%lx", &begin, &end) == 2)
        {
            if (!from)
                from = begin;
            to = end;
        }
    }
    fclose(maps);
}

void alloc_fail_after(long n)
{
    atomic_store(&left, 0);
    if (!from)
        find_library();
    atomic_store(&left, n);
}

long alloc_left(void)
{
    return atomic_load(&left);
}

/* Whether the last refused request came from another thread than the backend's own. */
int alloc_in_thread(void)
{
    return atomic_load(&in_thread);
}

static int refused(void *caller)
{
    uintptr_t place = (uintptr_t)caller;
    if (atomic_load(&left) <= 0 || place < from || place >= to)
        return 0;
    if (atomic_fetch_sub(&left, 1) != 1)
        return 0;
    atomic_store(&in_thread, syscall(SYS_gettid) != getpid());
    return 1;
}

void *malloc(size_t size)
{
    if (refused(__builtin_return_address(0)))
    {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    if (refused(__builtin_return_address(0)))
    {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_calloc(count, size);
}

void *realloc(void *former, size_t size)
{
    if (refused(__builtin_return_address(0)))
    {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_realloc(former, size);
}

int posix_memalign(void **place, size_t alignment, size_t size)
{
    void *fresh;

    if (refused(__builtin_return_address(0)))
        return ENOMEM;
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0)
        return EINVAL;
    fresh = __libc_memalign(alignment, size);
    if (!fresh)
        return ENOMEM;
    *place = fresh;
    return 0;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    if (refused(__builtin_return_address(0)))
    {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_memalign(alignment, size);
}
