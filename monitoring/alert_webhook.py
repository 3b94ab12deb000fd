#!/usr/bin/env python3
"""Forwards NOTIFY replenish_alerts to a webhook: each message becomes a POST of its JSON.

    alert_webhook.py URL ['host=… dbname=… user=…']

The login needs CONNECT and membership in pg_monitor, nothing else. After every connect it posts the
alerts that are open, as event "open", so that nothing said while it was away is lost. A receiver
that is away is tried again until it answers; an answer of 4xx is logged and not tried again.
Needs psycopg 3 (Debian: python3-psycopg). docs/alerts.md has more.
"""

import json
import sys
import time
import urllib.error
import urllib.request

import psycopg

LONGEST_WAIT_SECONDS = 60
OPEN_ALERTS = """
    SELECT json_build_object(
        'event', 'open', 'tenant_id', j.tenant_id, 'alert_name', j.labels ->> 'alert_name')::text
    FROM replenish.job_metrics AS j
    WHERE j.metric_name = 'replenish_alerts_open' AND j.metric_value > 0
    ORDER BY j.tenant_id, j.labels ->> 'alert_name'
"""


def log(message):
    print(message, file=sys.stderr, flush=True)


def waits():
    """Seconds to wait before each new try: 1, 2, 4 and so on."""
    seconds = 1
    while True:
        yield seconds
        seconds = min(2 * seconds, LONGEST_WAIT_SECONDS)


def post(url, payload):
    request = urllib.request.Request(
        url, data=payload.encode(), headers={"Content-Type": "application/json"}
    )
    for wait in waits():
        try:
            with urllib.request.urlopen(request, timeout=10):
                return
        except urllib.error.HTTPError as error:
            if error.code < 500:
                log(f"refused with {error.code}: {payload}")
                return
            reason = f"answered {error.code}"
        except OSError as error:
            reason = str(error)
        log(f"{url} {reason}; again in {wait} s")
        time.sleep(wait)


def forward(url, connection):
    connection.execute("LISTEN replenish_alerts")
    # LISTEN comes first: what opens in between is posted twice rather than not at all.
    for (payload,) in connection.execute(OPEN_ALERTS).fetchall():
        post(url, payload)
    log("listening")
    for notification in connection.notifies():
        try:
            json.loads(notification.payload)
        except ValueError:
            # Anybody may NOTIFY; only JSON is passed on.
            log("a message that is not JSON was left out")
            continue
        post(url, notification.payload)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    url, conninfo = sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else ""
    retry = waits()
    while True:
        try:
            with psycopg.connect(conninfo, autocommit=True, keepalives_idle=30) as connection:
                retry = waits()
                forward(url, connection)
        except psycopg.OperationalError as error:
            wait = next(retry)
            log(f"database: {str(error).strip()}; again in {wait} s")
            time.sleep(wait)


if __name__ == "__main__":
    main()
