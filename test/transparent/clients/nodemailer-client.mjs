// As smtplib_client.py, with nodemailer.
import { createTransport } from 'nodemailer';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { host, port, tls, user, password, from, to, message } = JSON.parse(Buffer.concat(chunks).toString());
const transport = createTransport({
  host,
  port,
  secure: tls === 'implicit',
  requireTLS: tls === 'starttls',
  ...(user ? { auth: { user, pass: password } } : {}),
});
try {
  await transport.sendMail({ envelope: { from, to }, raw: message });
  console.log(JSON.stringify({ sent: true }));
} catch (error) {
  console.log(
    JSON.stringify(
      error.responseCode
        ? { refused: { code: error.responseCode, text: error.response } }
        : { error: error.message },
    ),
  );
}
