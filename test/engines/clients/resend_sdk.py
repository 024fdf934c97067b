"""
Sends through Resend by the conventions of its Python SDK: RESEND_API_URL and RESEND_API_KEY from the environment, an error
raised from {statusCode, name, message}. Reads a mail from stdin; prints {sent} or {error: {code, type, message}}.
"""

import json
import os
import sys

import requests

API_URL = os.environ.get("RESEND_API_URL", "https://api.resend.com")
API_KEY = os.environ["RESEND_API_KEY"]


class ResendError(Exception):
    def __init__(self, code, error_type, message):
        super().__init__(message)
        self.code = code
        self.type = error_type


def send(params):
    response = requests.post(
        f"{API_URL}/emails",
        headers={
            "Accept": "application/json",
            "Authorization": f"Bearer {API_KEY}",
            "User-Agent": "resend-python:2.13.1",
        },
        json=params,
        timeout=30,
    )
    if "application/json" not in response.headers.get("content-type", ""):
        raise ResendError(500, "InternalServerError", "the answer is no JSON")
    data = response.json()
    if data.get("statusCode") not in (None, 200):
        raise ResendError(data["statusCode"], data["name"], data["message"])
    return data


try:
    print(json.dumps({"sent": send(json.load(sys.stdin))["id"]}))
except ResendError as error:
    print(json.dumps({"error": {"code": error.code, "type": error.type, "message": str(error)}}))
