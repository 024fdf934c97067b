"""
Posts to MAIL_API_URL with requests and tries again on 5xx and broken connections, without an idempotency key. Reads a mail from
stdin; prints {sent, attempts}, or {status, detail, attempts}. Each attempt is logged on stderr.
"""

import json
import os
import sys
import time

import requests

URL = os.environ.get("MAIL_API_URL", "https://api.resend.com/emails")
HEADERS = {"Authorization": f"Bearer {os.environ['MAIL_API_KEY']}", "Content-Type": "application/json"}
DELAY = float(os.environ.get("RETRY_DELAY", "1"))

mail = json.load(sys.stdin)
for attempt in range(1, 4):
    try:
        response = requests.post(URL, headers=HEADERS, data=json.dumps(mail), timeout=30)
    except requests.exceptions.ConnectionError:
        response = None
    print(f"attempt {attempt}: {response.status_code if response is not None else 'broken'}", file=sys.stderr, flush=True)
    if response is not None and response.status_code < 500:
        break
    time.sleep(DELAY * attempt)

if response is not None and response.ok:
    print(json.dumps({"sent": response.json()["id"], "attempts": attempt}))
else:
    status = response.status_code if response is not None else None
    detail = response.json().get("message") if response is not None else None
    print(json.dumps({"status": status, "detail": detail, "attempts": attempt}))
