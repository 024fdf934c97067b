import { expect, it } from 'vitest';
import { randomFrom } from '../../src/evaluate/random.ts';
import { apiKeyFor } from '../support/api-key.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';
import { MAIL_TRICKS, TEXT_TRICKS } from './disguises.ts';
import type { Piece } from './drafts.ts';
import { type Part, composeMail } from './mail.ts';
import { plainBody } from './tricks/trick.ts';

/** What the rules stop in plain words, whatever the record says of funding: it is not trusted. */
const PIECES: Piece[] = [
  { text: 'Hi there,\n\n', telling: false },
  { text: 'Congratulations on closing your $20M Series B last month!', telling: true },
  { text: '\n\nWould a short call next week be useful?\n\nBest,\nAnn', telling: false },
];
const SUBJECT = 'A short question';

/** A sample of each kind of trick, and what the reviewer is told: what was read and where. */
const TOLD: Record<string, RegExp> = {
  'zero-width': /^States ".+" as fact/,
  leetspeak: /raised|Congr|S3ries|not English/,
  'words run together': /^Words are written so that a program does not read them: "Congratulationson/,
  'capitals at random': /^States "yoUr \$20M series B"|^Words are written|^Read with its subject/,
  'bidi override': /reverse order/,
  'comments in words': /^States "your \$20M Series B"/,
  'display:none in words': /Series B|display_none/,
  'shown on phones only': /^display_none: Congratulations on closing your \$20M Series B/,
  'text attachment': /^Read in the attachment note\.txt: States "your \$20M Series B"/,
  'below a made-up attribution': /^Read with its subject, quotes and signature: States "your \$20M Series B"/,
};
const TRICKS = Object.keys(TOLD);

interface Written {
  subject: string | null;
  parts: Part[];
}

function written(trick: string): Written {
  const random = randomFrom(1);
  const text = TEXT_TRICKS.find(({ name }) => name === trick);
  const mail = MAIL_TRICKS.find(({ name }) => name === trick);
  if (mail !== undefined) return mail.mail({ subject: SUBJECT, pieces: PIECES }, random);
  if (text === undefined) throw new Error(`no trick is named "${trick}"`);
  const pieces = PIECES.map((piece) =>
    piece.telling ? { ...piece, text: text.text(piece.text, random) } : piece,
  );
  return { subject: SUBJECT, parts: [{ type: 'text/plain', text: plainBody(pieces) }] };
}

/** The same mail by each way in. */
const WAYS: Record<string, (gate: TestGate, key: string, to: string, mail: Written) => Promise<void>> = {
  smtp: async (gate, _key, to, { subject, parts }) => {
    await gate.send({ to, raw: composeMail(subject, parts, { to }).toString('latin1') });
  },
  resend: async (gate, key, to, { subject, parts }) => {
    const attached = parts.filter(isAttached);
    const own = parts.filter((part) => !isAttached(part));
    await accepted(
      fetch(`${gate.httpBase}/resend/emails`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({
          from: 'Ann <ann@sender.example>',
          to,
          subject,
          ...Object.fromEntries(own.map(({ type, text }) => [type === 'text/html' ? 'html' : 'text', text])),
          ...(attached.length === 0
            ? {}
            : {
                attachments: attached.map(({ text }) => ({
                  filename: 'note.txt',
                  content: Buffer.from(text).toString('base64'),
                })),
              }),
        }),
      }),
    );
  },
  raw: async (gate, key, to, { subject, parts }) => {
    const query = new URLSearchParams({ from: 'ann@sender.example', to });
    await accepted(
      fetch(`${gate.httpBase}/v1/messages?${query}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'message/rfc822' },
        body: new Uint8Array(composeMail(subject, parts, { to })),
      }),
    );
  },
};

const isAttached = ({ headers = [] }: Part): boolean => headers.some((line) => /attachment/.test(line));

async function accepted(answer: Promise<Response>): Promise<void> {
  const { status, ok } = await answer;
  expect(ok, `status ${status}`).toBe(true);
}

it('a disguise gets nothing further by HTTP than by SMTP, nothing of it leaves, and the reviewer is shown it', async () => {
  const upstream = await SmtpUpstream.start();
  const gate = await startGate({ config: { upstreams: [upstreamConfig(upstream)] } });
  const key = await apiKeyFor(gate);
  const address = (trick: string, way: string) => `${way}-${TRICKS.indexOf(trick)}@prospect.example`;
  const sendAll = TRICKS.flatMap((trick) =>
    Object.entries(WAYS).map(async ([way, send]) => {
      const to = address(trick, way);
      await addProspect(gate, to, { company: { funding_confidence: 'low' } });
      await send(gate, key, to, written(trick));
    }),
  );
  await Promise.all(sendAll);
  // That the upstream is there and takes what passes.
  await addProspect(gate, 'fine@prospect.example');
  await gate.send({ to: 'fine@prospect.example' });
  // A busy machine tells the engine of a late verdict by mail as well.
  const settled = await gate.until((all) => {
    const mails = all.filter(({ kind }) => kind === 'mail');
    return mails.length === TRICKS.length * 3 + 1 && mails.every(({ state }) => /held|relayed/.test(state));
  }, 'every mail held, but for the innocent one');
  const deliveries = settled.filter(({ kind }) => kind === 'mail');
  expect(deliveries.filter(({ state }) => state !== 'held').map(({ recipient }) => recipient)).toEqual([
    'fine@prospect.example',
  ]);
  expect(upstream.received.flatMap(({ to }) => to).filter((to) => to !== 'ann@sender.example')).toEqual([
    'fine@prospect.example',
  ]);

  const reviewer = await signIn(gate, { role: 'reviewer' });
  for (const trick of TRICKS) {
    const views = await Promise.all(
      Object.keys(WAYS).map(async (way) => {
        const id = deliveries.find(({ recipient }) => recipient === address(trick, way))?.id;
        const { body } = await reviewer.get(`/deliveries/${id}`);
        return { hold: body.item.hold_reason, verdict: body.verdict };
      }),
    );
    const [bySmtp, ...byHttp] = views.map(({ hold, verdict }) => ({
      hold,
      decision: verdict.decision,
      rationale: verdict.rationale,
    }));
    for (const one of byHttp) expect(one, trick).toEqual(bySmtp);
    expect(bySmtp?.rationale, trick).toMatch(TOLD[trick] ?? /./);
  }
}, 120_000);
