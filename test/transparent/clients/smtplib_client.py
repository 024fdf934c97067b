"""
Sends a mail with smtplib. Reads {host, port, tls: implicit | starttls, strict, user, password, from, to, message} from stdin;
prints {sent: true}, {refused: {code, text}} or {error}. strict: check certificates as Python 3.13 and newer do.
"""

import json
import smtplib
import ssl
import sys

call = json.load(sys.stdin)
context = ssl.create_default_context()
if call.get("strict"):
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
try:
    if call["tls"] == "implicit":
        client = smtplib.SMTP_SSL(call["host"], call["port"], timeout=20, context=context)
    else:
        client = smtplib.SMTP(call["host"], call["port"], timeout=20)
        client.starttls(context=context)
    with client:
        if call.get("user"):
            client.login(call["user"], call["password"])
        client.sendmail(call["from"], [call["to"]], call["message"])
    print(json.dumps({"sent": True}))
except smtplib.SMTPRecipientsRefused as error:
    code, text = error.recipients[call["to"]]
    print(json.dumps({"refused": {"code": code, "text": text.decode()}}))
except smtplib.SMTPResponseException as error:
    print(json.dumps({"refused": {"code": error.smtp_code, "text": error.smtp_error.decode()}}))
except OSError as error:
    print(json.dumps({"error": str(error)}))
