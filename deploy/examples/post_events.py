#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Posts files of events (NDJSON) to mahalle-gateway; nothing but Python is needed.

    . build/stack/env
    deploy/examples/post_events.py FILE...

MAHALLE_GATEWAY is the URL, MAHALLE_API_KEY the key. What cannot be stored now is
posted again with the same ids, which is safe: an event counts once. Exit codes: 0
all stored, 1 some were refused (told on standard error), 5 the gateway is away.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request

AT_ONCE = 500       # events of one request
TRIES = 20


def post(lines):
    """The answer to these lines: (status, body, seconds to wait)."""
    request = urllib.request.Request(
        os.environ["MAHALLE_GATEWAY"] + "/v1/events", "".join(lines).encode(), {
            "Authorization": "Bearer " + os.environ["MAHALLE_API_KEY"],
            "Content-Type": "application/x-ndjson",
            "Accept-Language": os.environ.get("LANG", "en")[:2]})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer), answer.headers.get("Retry-After", 1)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error), error.headers.get("Retry-After", 1)
    except OSError as error:
        return 503, {"title": str(error)}, 1


def post_until_settled(lines, counts):
    """Post what is not settled yet, again and again."""
    for _ in range(TRIES):
        status, body, wait_s = post(lines)
        if "results" not in body and status not in (429, 503):
            sys.exit(f"the gateway answers {status}: {body['title']}")
        again = lines if "results" not in body else []
        for line, result in zip(lines, body.get("results", [])):
            if result["status"] == "retry":
                again.append(line)
                continue
            counts[result["status"]] = counts.get(result["status"], 0) + 1
            for error in result["errors"]:
                print(f"{result['id']} {error['pointer']}: {error['detail']}", file=sys.stderr)
        lines = again
        if not lines:
            return
        time.sleep(int(wait_s))
    print(f"not stored: {len(lines)} events; the gateway is away", file=sys.stderr)
    sys.exit(5)


def main(paths):
    counts = {}
    for path in paths:
        with open(path, encoding="utf-8") as source:
            lines = [line.rstrip("\n") + "\n" for line in source if line.strip()]
        for first in range(0, len(lines), AT_ONCE):
            post_until_settled(lines[first:first + AT_ONCE], counts)
    print(", ".join(f"{count} {status}" for status, count in counts.items()) or "no events")
    sys.exit(1 if set(counts) - {"accepted", "duplicate"} else 0)


if __name__ == "__main__":
    if not sys.argv[1:] or sys.argv[1] in ("--help", "-h"):
        print(__doc__)
        sys.exit(0 if sys.argv[1:] else 2)
    main(sys.argv[1:])
