"""As requests_client.py, with urllib.request of the standard library."""

import json
import sys
import urllib.error
import urllib.request

call = json.load(sys.stdin)
body = call.get("body")
request = urllib.request.Request(
    call["url"],
    method=call["method"],
    headers=call.get("headers") or {},
    data=None if body is None else body.encode(),
)
try:
    with urllib.request.urlopen(request, timeout=20) as answer:
        print(json.dumps({"status": answer.status, "body": answer.read().decode()}))
except urllib.error.HTTPError as error:
    print(json.dumps({"status": error.code, "body": error.read().decode()}))
except OSError as error:
    print(json.dumps({"error": str(error)}))
