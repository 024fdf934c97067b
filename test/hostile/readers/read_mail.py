"""Reads mails with Python's email package, under both of its policies.

Standard input: one base64 mail a line. Standard output: for each, one line of JSON {policy: reading or null}; a reading is
{subject, from: [address], pieces: [{html, text}]}.
"""

import base64
import email
import json
import re
import sys
from email import policy
from email.header import decode_header, make_header
from email.utils import getaddresses

# The labels that browsers and mail programs take for windows-1252 (WHATWG Encoding Standard).
WINDOWS_1252 = {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"}


def utf8(text):
    """Bytes beyond ASCII in a header come as surrogates."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def text_of(part):
    data = part.get_payload(decode=True)
    if data is None:
        return ""
    charset = (part.get_content_charset() or "utf-8").lower()
    if charset in WINDOWS_1252:
        charset = "windows-1252"
    try:
        return data.decode(charset, "replace")
    except (LookupError, UnicodeError):
        return data.decode("utf-8", "replace")


def shown(part):
    """What a mail program shows of a part: of alternatives the HTML, of other multiparts all texts."""
    kind = part.get_content_type()
    if part.get_content_disposition() == "attachment" or kind.startswith("message/"):
        return []
    if part.is_multipart():
        pieces = [shown(child) for child in part.get_payload()]
        if kind != "multipart/alternative":
            return sum(pieces, [])
        with_html = [one for one in pieces if any(piece["html"] for piece in one)]
        readable = with_html or [one for one in pieces if one]
        return readable[-1] if readable else []
    if kind not in ("text/plain", "text/html"):
        return []
    return [{"html": kind == "text/html", "text": text_of(part)}]


def by_default(raw):
    mail = email.message_from_bytes(raw, policy=policy.default)
    found = mail["from"]
    addresses = [one.addr_spec for one in found.addresses] if found is not None else []
    return {"subject": utf8(str(mail["subject"] or "")), "from": addresses, "pieces": shown(mail)}


def by_compat32(raw):
    mail = email.message_from_bytes(raw, policy=policy.compat32)
    # This policy leaves unfolding to the program.
    fields = [(name.lower(), utf8(re.sub(r"\r?\n(?=[ \t])", "", value))) for name, value in mail.raw_items()]
    subject = next((value for name, value in fields if name == "subject"), "")
    decoded = str(make_header(decode_header(subject)))
    addresses = [address for _, address in getaddresses([value for name, value in fields if name == "from"])]
    return {"subject": decoded, "from": [one for one in addresses if one], "pieces": shown(mail)}


def attempt(read, raw):
    try:
        return read(raw)
    except Exception:  # Whatever it fails with, it reads nothing.
        return None


for line in sys.stdin:
    raw = base64.b64decode(line)
    reading = {"default": attempt(by_default, raw), "compat32": attempt(by_compat32, raw)}
    sys.stdout.write(json.dumps(reading) + "\n")
