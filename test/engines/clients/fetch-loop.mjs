// As requests_loop.py, with Node's fetch.
import { setTimeout as sleep } from 'node:timers/promises';
import { readMail } from './read-mail.mjs';

const url = process.env.MAIL_API_URL ?? 'https://api.resend.com/emails';
const delay = Number(process.env.RETRY_DELAY ?? 1) * 1000;
const body = JSON.stringify(await readMail());

async function post() {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { Authorization: `Bearer ${process.env.MAIL_API_KEY}`, 'Content-Type': 'application/json' },
      body,
    });
  } catch {
    return null;
  }
}

let response;
let attempts = 0;
while (attempts < 3) {
  attempts += 1;
  response = await post();
  console.error(`attempt ${attempts}: ${response?.status ?? 'broken'}`);
  if (response && response.status < 500) break;
  await sleep(delay * attempts);
}
const answer = response ? await response.json() : {};
console.log(
  JSON.stringify(
    response?.ok
      ? { sent: answer.id, attempts }
      : { status: response?.status ?? null, detail: answer.message ?? null, attempts },
  ),
);
