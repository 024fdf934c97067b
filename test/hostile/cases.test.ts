import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseMessage } from '../../src/message/parse.ts';
import type { Delivery } from '../../src/queue/settle.ts';
import { apiKeyFor } from '../support/api-key.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { SmtpSession } from '../support/smtp-session.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';

/** What becomes of a mail: a delivery's state, or `refused` before anything was stored. */
interface Outcome {
  outcome: string;
  /** The hold reason that the reviewer sees. */
  reason?: string;
  /** Part of the sentence with it, or of the refusal. */
  detail?: string;
}

/** What `NNN-name.json` says of `NNN-name.eml`: by SMTP, and where it differs, as raw MIME by HTTP. */
interface Case extends Outcome {
  name: string;
  raw: Buffer;
  about: string;
  http?: Outcome;
}

const FOLDER = new URL('cases/', import.meta.url);
const cases: Case[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.eml'))
  .sort()
  .map((file) => {
    const name = file.slice(0, -'.eml'.length);
    const told = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Omit<
      Case,
      'name' | 'raw'
    >;
    return { name, raw: readFileSync(new URL(file, FOLDER)), ...told };
  });

const FRONTS = { SMTP: bySmtp, 'raw MIME over HTTP': byHttp };

it.each(Object.entries(FRONTS))(
  'no mail that programs may read in two ways goes on by %s, and the reviewer sees why',
  async (front, open) => {
    const upstream = await SmtpUpstream.start();
    const gate = await startGate({ config: { upstreams: [upstreamConfig(upstream)] } });
    const submit = await open(gate);
    const found = new Map<string, Outcome>();
    const submitOne = async ({ name, raw }: Case): Promise<void> => {
      // Each to a reader of its own, so that none is held only because another is.
      await addProspect(gate, readerOf(name), { company: { funding_confidence: 'low' } });
      const refusal = await submit(raw, readerOf(name));
      if (refusal !== null) found.set(name, { outcome: 'refused', detail: refusal });
    };
    for (let at = 0; at < cases.length; at += 8) await Promise.all(cases.slice(at, at + 8).map(submitOne));
    for (const delivery of await judgedAndSent(gate)) found.set(...(await outcomeOf(gate, delivery)));
    const wrong: unknown[] = [];
    for (const one of cases) {
      const { outcome, reason, detail = '' } = (front === 'SMTP' ? null : one.http) ?? one;
      const is = found.get(one.name);
      const received = upstream.received.filter(({ to }) => to.includes(readerOf(one.name)));
      const right =
        is?.outcome === outcome &&
        (reason === undefined || is.reason === reason) &&
        is.detail?.includes(detail) &&
        received.length === (outcome === 'relayed' ? 1 : 0);
      if (!right)
        wrong.push({ name: one.name, expected: { outcome, reason, detail }, is, received: received.length });
      for (const { raw } of received) {
        const [sent, arrived] = [await parseMessage(one.raw), await parseMessage(raw)];
        expect(arrived.draft, one.name).toEqual(sent.draft);
        expect(arrived.headers.from, one.name).toEqual(sent.headers.from);
      }
    }
    expect(wrong).toEqual([]);
  },
  180_000,
);

const readerOf = (name: string): string => `${name}@prospect.example`;

/** The gate's own reports about held mail are not among them. */
async function judgedAndSent(gate: TestGate): Promise<Delivery[]> {
  const settled = ({ state }: Delivery): boolean => state === 'held' || state === 'relayed';
  const all = await gate.until((some) => some.every(settled), 'every accepted mail judged and sent');
  return all.filter(({ kind }) => kind === 'mail');
}

async function outcomeOf(
  gate: TestGate,
  { id, recipient, state, hold_reason }: Delivery,
): Promise<[name: string, outcome: Outcome]> {
  const { rationale } = await gate.app.database.db
    .selectFrom('verdicts')
    .select('rationale')
    .where('delivery_id', '=', id)
    .executeTakeFirstOrThrow();
  const name = recipient.slice(0, recipient.indexOf('@'));
  return [name, { outcome: state, detail: rationale, ...(hold_reason && { reason: hold_reason }) }];
}

/** @returns the refusal, or null when the mail was accepted */
type Submit = (raw: Buffer, to: string) => Promise<string | null>;

/** Byte for byte: a polite client mends line breaks. */
function bySmtp(gate: TestGate): Submit {
  return async (raw, to) => {
    const session = await SmtpSession.open(gate.port);
    try {
      for (const line of ['EHLO client.test', 'MAIL FROM:<ann@sender.example>', `RCPT TO:<${to}>`, 'DATA']) {
        expect(await session.say(line), line).toMatch(/^[23]/);
      }
      const stuffed = raw.toString('latin1').replace(/^\./gm, '..');
      session.write(Buffer.from(stuffed, 'latin1'));
      const reply = await session.say(stuffed.endsWith('\r\n') ? '.' : '\r\n.');
      return reply.startsWith('2') ? null : reply;
    } finally {
      session.close();
    }
  };
}

/** As raw MIME in a form, in the shape of Mailgun's API. */
async function byHttp(gate: TestGate): Promise<Submit> {
  const key = await apiKeyFor(gate);
  return async (raw, to) => {
    const form = new FormData();
    form.set('to', to);
    form.set('message', new Blob([raw]), 'mail.eml');
    const answer = await fetch(`${gate.httpBase}/v3/mg.sender.example/messages.mime`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`api:${key}`).toString('base64')}` },
      body: form,
    });
    return answer.ok ? null : await answer.text();
  };
}
