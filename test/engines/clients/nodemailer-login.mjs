// As smtplib_login.py, with nodemailer.
import { createTransport } from 'nodemailer';
import { readMail } from './read-mail.mjs';

const { SMTP_HOST, SMTP_PORT, SMTP_USER, SMTP_PASSWORD } = process.env;
const transport = createTransport({
  host: SMTP_HOST,
  port: Number(SMTP_PORT),
  requireTLS: true,
  auth: { user: SMTP_USER, pass: SMTP_PASSWORD },
  tls: { rejectUnauthorized: false },
});
try {
  const { accepted } = await transport.sendMail(await readMail());
  console.log(JSON.stringify({ sent: accepted.length > 0 }));
} catch (error) {
  console.log(JSON.stringify({ refused: { code: error.responseCode, text: error.response } }));
}
