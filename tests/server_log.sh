#!/usr/bin/env bash
# Check 22: what must never be in a server's log: a crash, an internal error (SQLSTATE XX000 to XX002), a
# backtrace, a model that panicked (which the batch engine survives, and reports as that series' failure). Arguments: the log; further, lines that the caller expects and explains, as extended regular
# expressions.
# Seen to fail: with each of them in a log, and with a log whose lines carry no SQLSTATE
# (tests/robustness/server_log.sh raises them and demands it).
log=$1
shift
explained=(-e '^$')
for line in "$@"; do explained+=(-e "$line"); done
line='^[0-9]+-[0-9]+-[0-9]+ [0-9:.]+ [^ ]+ \[[0-9]+\]'
if ! grep -qE "$line [0-9A-Z]{5} [A-Z]+:" "$log" || grep -nE "$line [A-Z]+:" "$log"; then
    echo "$log does not say the SQLSTATE of each line (log_line_prefix): an internal error would not show" >&2
    exit 1
fi
if grep -nE "$line XX[0-9A-Z]{3} (LOG|NOTICE|WARNING|ERROR|FATAL|PANIC):|terminated by signal|stack backtrace|rust_begin_unwind|panicked at|in an unforeseen way|PANIC" "$log" | grep -vE "${explained[@]}"; then
    echo "the server log shows a crash, an internal error, a panic or a backtrace" >&2
    exit 1
fi
