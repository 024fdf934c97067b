"""Calls an HTTP API with Python requests as an engine does. Reads {method, url, headers, body} from stdin, prints {status, body} or {error}."""

import json
import sys

import requests

call = json.load(sys.stdin)
try:
    answer = requests.request(
        call["method"], call["url"], headers=call.get("headers"), data=call.get("body"), timeout=20
    )
    print(json.dumps({"status": answer.status_code, "body": answer.text}))
except requests.exceptions.RequestException as error:
    print(json.dumps({"error": str(error)}))
