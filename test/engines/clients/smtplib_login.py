"""
Sends with smtplib: STARTTLS, login, send_message. SMTP_HOST, SMTP_PORT, SMTP_USER and SMTP_PASSWORD from the environment. Reads
a mail from stdin; prints {sent: true} or {refused: {code, text}}.
"""

import json
import os
import smtplib
import sys
from email.message import EmailMessage

mail = json.load(sys.stdin)
message = EmailMessage()
message["From"] = mail["from"]
message["To"] = ", ".join(mail["to"])
message["Subject"] = mail["subject"]
message.set_content(mail["text"])

try:
    with smtplib.SMTP(os.environ["SMTP_HOST"], int(os.environ["SMTP_PORT"]), timeout=30) as server:
        server.starttls()
        server.login(os.environ["SMTP_USER"], os.environ["SMTP_PASSWORD"])
        server.send_message(message)
    print(json.dumps({"sent": True}))
except smtplib.SMTPResponseException as error:
    print(json.dumps({"refused": {"code": error.smtp_code, "text": error.smtp_error.decode()}}))
