"""A login whose every answer is kept: rows, notices and errors with their detail, hint and context."""

import os
import re

import psycopg
from psycopg.types.string import TextLoader

HOST = os.environ["PGHOST"]
PORT = os.environ.get("PGPORT", "5432")


def connect(user="postgres", dbname=None, port=None, host=None, **more):
    return psycopg.connect(host=host or HOST, port=port or PORT, user=user,
                           dbname=dbname or os.environ.get("PGDATABASE", "postgres"), autocommit=True, **more)


def schedule(process):
    """Seconds in which a process had a processor, and in which it was ready and got none, so far."""
    with open(f"/proc/{process}/schedstat") as stat:
        ran, waited = stat.read().split()[:2]
    return int(ran) / 1e9, int(waited) / 1e9


class Login:
    def __init__(self, user, **more):
        self.user = user
        self.more = more
        self.notices = []
        self.open()

    def open(self):
        self.connection = connect(self.user, **self.more)
        # Not prepared behind our back: DEALLOCATE ALL would end that, and whatever came next would fail of it.
        self.connection.prepare_threshold = None
        # As the server writes them: Python has no infinite date, and none before the year 1.
        for moment in ("date", "timestamp", "timestamptz"):
            self.connection.adapters.register_loader(moment, TextLoader)
        self.connection.add_notice_handler(
            lambda d: self.notices.append(" ".join(filter(None, (d.message_primary, d.message_detail, d.message_hint, d.context)))))

    def close(self):
        self.connection.close()

    def run(self, statement):
        """(SQLSTATE or None, everything that came back as one text, number of rows)."""
        self.notices.clear()
        heard, state, rows = [], None, 0
        try:
            cursor = self.connection.cursor()
            if statement.lstrip().upper().startswith("COPY"):
                with cursor.copy(statement) as copy:
                    for line in copy:
                        heard.append(bytes(line).decode("utf8", "replace"))
                        rows += 1
            else:
                cursor.execute(statement)
                while True:
                    if cursor.description:
                        for row in cursor:
                            heard.append("\t".join("" if v is None else str(v) for v in row))
                            rows += 1
                    if not cursor.nextset():
                        break
        except psycopg.Error as error:
            d = error.diag
            state = d.sqlstate or "LOST"
            heard += [str(x) for x in (d.message_primary or str(error), d.message_detail, d.message_hint, d.context) if x]
            if self.connection.closed or self.connection.broken:
                raise Crashed(f"{self.user}: the connection was lost at: {statement[:2000]}") from error
        if self.connection.info.transaction_status != 0 and not re.match(r"\s*(BEGIN|DECLARE|FETCH)", statement, re.I) and state:
            self.connection.rollback()
        return state, "\n".join(heard + self.notices), rows


class Crashed(Exception):
    """The server ended a connection by itself."""
