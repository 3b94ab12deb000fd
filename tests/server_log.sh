#!/usr/bin/env bash
# What must never be in a server's log: a crash, an internal error, a backtrace.
if grep -nE 'terminated by signal|XX000|stack backtrace|rust_begin_unwind|PANIC' "$1"; then
    echo "the server log shows a crash, an internal error or a backtrace" >&2
    exit 1
fi
