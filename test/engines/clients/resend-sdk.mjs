// Sends with Resend's SDK; RESEND_API_KEY and RESEND_BASE_URL come from the environment. Reads a mail from stdin; prints the SDK's {data, error}.
import { Resend } from 'resend';
import { readMail } from './read-mail.mjs';

const resend = new Resend();
const { data, error } = await resend.emails.send(await readMail());
console.log(JSON.stringify({ data, error }));
