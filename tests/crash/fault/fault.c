/*
 * A failing statement on demand, for tests only: nothing of it is in the extension. After
 * fault_statement(n) the n-th statement that the executor starts in this backend fails with 58030,
 * whoever sent it: plpgsql, SQL functions, or Rust through SPI. fault_allocation(n) asks the same of
 * alloc.c, which has to be preloaded.
 */
#include "postgres.h"

#include <dlfcn.h>

#include "executor/executor.h"
#include "fmgr.h"

PG_MODULE_MAGIC;

static int64 left = 0;
static ExecutorStart_hook_type former_start = NULL;

static void start(QueryDesc *query, int flags)
{
    if (left > 0 && --left == 0)
        ereport(ERROR, (errcode(ERRCODE_IO_ERROR), errmsg("this statement fails on demand")));
    if (former_start)
        former_start(query, flags);
    else
        standard_ExecutorStart(query, flags);
}

void _PG_init(void);
void _PG_init(void)
{
    former_start = ExecutorStart_hook;
    ExecutorStart_hook = start;
}

PG_FUNCTION_INFO_V1(fault_statement);
Datum fault_statement(PG_FUNCTION_ARGS)
{
    int64 former = left;

    left = PG_GETARG_INT64(0);
    PG_RETURN_INT64(former);
}

PG_FUNCTION_INFO_V1(fault_allocation);
Datum fault_allocation(PG_FUNCTION_ARGS)
{
    void (*fail_after)(long) = (void (*)(long)) dlsym(RTLD_DEFAULT, "alloc_fail_after");
    long (*still_left)(void) = (long (*)(void)) dlsym(RTLD_DEFAULT, "alloc_left");
    int64 former;

    if (!fail_after || !still_left)
        ereport(ERROR, (errmsg("alloc.so is not preloaded")));
    former = still_left();
    fail_after(PG_GETARG_INT64(0));
    PG_RETURN_INT64(former);
}

PG_FUNCTION_INFO_V1(fault_in_thread);
Datum fault_in_thread(PG_FUNCTION_ARGS)
{
    int (*in_thread)(void) = (int (*)(void)) dlsym(RTLD_DEFAULT, "alloc_in_thread");

    if (!in_thread)
        ereport(ERROR, (errmsg("alloc.so is not preloaded")));
    PG_RETURN_BOOL(in_thread() != 0);
}
