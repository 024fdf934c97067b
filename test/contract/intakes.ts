import { createTransport } from 'nodemailer';
import { Resend } from 'resend';
import { apiKeyFor } from '../support/api-key.ts';
import { PASSWORD } from '../support/gate.ts';
import type { Told } from '../../src/intake/answer.ts';
import { FROM, SUBJECT, heardOf } from './heard.ts';
import type { Heard, IntakeDriver } from './intake.case.ts';
import { SDK_INTAKES } from './sdk-intakes.ts';

const SMTP_WORDS: [RegExp, Told][] = [
  [/Relaying/, 'relaying'],
  [/Held/, 'held'],
  [/Forwarded/, 'escalated'],
  [/Queued/, 'queued'],
  [/Suppressed/, 'suppressed'],
];

const smtp: IntakeDriver = {
  name: 'SMTP',
  http: false,
  connect: async (gate) => {
    const transport = createTransport({
      host: '127.0.0.1',
      port: gate.port,
      tls: { rejectUnauthorized: false },
      auth: { user: 'engine', pass: PASSWORD },
    });
    return async ({ from = FROM, subject = SUBJECT, ...mail }): Promise<Heard> => {
      try {
        const { response } = await transport.sendMail({ from, subject, ...mail });
        return { told: SMTP_WORDS.find(([word]) => word.test(response))![1] };
      } catch (error) {
        const { message, responseCode = 0 } = error as Error & { responseCode?: number };
        if (responseCode >= 400 && responseCode < 500) return { refused: 'later', sentence: message };
        return {
          refused: /Suppressed/.test(message)
            ? 'suppressed'
            : /may not send as/.test(message)
              ? 'sender'
              : 'other',
          sentence: message,
        };
      }
    };
  },
};

const resend: IntakeDriver = {
  name: 'Resend',
  http: true,
  connect: async (gate) => {
    const client = new Resend(await apiKeyFor(gate), { baseUrl: `${gate.httpBase}/resend` });
    return async ({ from = FROM, subject = SUBJECT, text = '', ...mail }) => {
      const { data, error, headers } = await client.emails.send({ from, subject, text, ...mail });
      const get = (name: string): string | null => headers?.[name] ?? null;
      return heardOf(data ? 200 : (error?.statusCode ?? 0), { get }, error?.message ?? '');
    };
  },
};

const native: IntakeDriver = {
  name: 'native HTTP',
  http: true,
  connect: async (gate) => {
    const key = await apiKeyFor(gate);
    return async ({ from = FROM, subject = SUBJECT, ...mail }) => {
      const answer = await fetch(`${gate.httpBase}/v1/messages`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ from, subject, ...mail }),
      });
      const { detail = '' } = (await answer.json()) as { detail?: string };
      return heardOf(answer.status, answer.headers, detail);
    };
  },
};

export const INTAKES: readonly IntakeDriver[] = [smtp, resend, ...SDK_INTAKES, native];
