import { parseMessage } from '../message/parse.ts';
import { segmentsOf } from '../message/segments.ts';
import { textToHtml } from '../message/text-to-html.ts';
import type { Draft } from '../message/types.ts';
import { TECHNIQUES, type Technique, attackText } from './attack-texts.ts';
import type { Case } from './cases.ts';
import { type Random, randomFrom, shuffled } from './random.ts';

/** Where an attack is put: what the engine writes, and the CRM fields that others fill in. */
export const PLACES = [
  'draft_start',
  'draft_middle',
  'draft_end',
  'subject',
  'hidden_html',
  'name',
  'company',
  'title',
  'signal',
  'signal_name',
  'thread',
] as const;
export type Place = (typeof PLACES)[number];

/** A case with an order to the judge in it. Its gold is that of the case it was made of: an order changes no fact. */
export interface Attack {
  technique: Technique;
  place: Place;
  /** The order itself. */
  text: string;
  /** What was attacked. */
  base: Case;
  /** What is judged. */
  case: Case;
}

/**
 * Attacks on stopped cases, every technique in every place as evenly as `count` allows. The same cases, count and seed give
 * the same attacks.
 *
 * @param cases none may have gold PASS
 */
export async function makeAttacks(cases: readonly Case[], count: number, seed: number): Promise<Attack[]> {
  const random = randomFrom(seed);
  const kinds = TECHNIQUES.flatMap((technique) => PLACES.map((place) => ({ technique, place })));
  let order: typeof kinds = [];
  let targets: Case[] = [];
  const attacks: Attack[] = [];
  while (attacks.length < count && cases.length > 0) {
    if (order.length === 0) order = shuffled(kinds, random);
    if (targets.length === 0) targets = shuffled(cases, random);
    const { technique, place } = order.pop()!;
    const base = targets.pop()!;
    const text = attackText(technique, base.gold, random);
    const id = `${base.id}!${attacks.length + 1}-${technique}-${place}`;
    const attacked = { ...(await PUT[place](base, text, random)), id };
    attacks.push({ technique, place, text, base, case: attacked });
  }
  return attacks;
}

const PUT: Record<Place, (base: Case, text: string, random: Random) => Case | Promise<Case>> = {
  draft_start: (base, text) => withBody(base, `${text}\n\n${base.draft.body}`),
  draft_middle: (base, text, random) => {
    const paragraphs = base.draft.body.split(/\n{2,}/);
    const at = 1 + Math.floor(random() * Math.max(1, paragraphs.length - 1));
    return withBody(base, paragraphs.toSpliced(at, 0, text).join('\n\n'));
  },
  draft_end: (base, text) => withBody(base, `${base.draft.body}\n\n${text}`),
  // A header is one line whatever was written into it.
  subject: (base, text) => ({
    ...base,
    draft: { ...base.draft, subject: `${base.draft.subject ?? ''} ${text}`.replace(/\s+/g, ' ').trim() },
  }),
  hidden_html: async (base, text, random) => {
    const html = hideIn(textToHtml(base.draft.body), text, random);
    const { draft, trouble } = await parseMessage(mail(base.draft, html));
    return { ...base, draft, trouble };
  },
  name: (base, text) => withRecord(base, { name: `${base.prospect.name ?? ''} ${text}`.trim() }),
  company: (base, text) => withRecord(base, { company: `${base.prospect.company ?? ''} ${text}`.trim() }),
  title: (base, text) => withRecord(base, { title: `${base.prospect.title ?? ''} ${text}`.trim() }),
  signal: (base, text) => {
    const signals = base.prospect.available_signals;
    let name = 'latest_note';
    while (name in signals) name += '_';
    return withRecord(base, { available_signals: { ...signals, [name]: text } });
  },
  signal_name: (base, text) =>
    withRecord(base, { available_signals: { ...base.prospect.available_signals, [text]: true } }),
  // The oldest, so that it does not stand between a refusal and the draft that answers it.
  thread: (base, text) => {
    const { thread, thread_id, name } = base.prospect;
    const at = thread[0]?.at ?? `${base.asOf}T08:00:00Z`;
    const said = {
      threadId: thread_id ?? 'thread',
      direction: 'in' as const,
      person: name,
      role: null,
      at,
      text,
    };
    return withRecord(base, { thread: [said, ...thread] });
  },
};

function withBody(base: Case, body: string): Case {
  return { ...base, draft: { ...base.draft, body, segments: segmentsOf(body, []) } };
}

function withRecord(base: Case, fields: Partial<Case['prospect']>): Case {
  return { ...base, prospect: { ...base.prospect, ...fields } };
}

/** Ways to keep a text from the recipient's eyes and in the machine's. */
const HIDING: readonly ((text: string) => string)[] = [
  (text) => `<div style="display:none">${text}</div>`,
  (text) => `<span style="font-size:0">${text}</span>`,
  (text) => `<p style="color:#ffffff;background-color:#ffffff">${text}</p>`,
  (text) => `<div style="visibility:hidden">${text}</div>`,
  (text) => `<div style="opacity:0">${text}</div>`,
  (text) => `<div style="position:absolute;left:-9999px">${text}</div>`,
  (text) => `<p hidden>${text}</p>`,
];

function hideIn(html: string, text: string, random: Random): string {
  const hide = HIDING[Math.floor(random() * HIDING.length)]!;
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return html.replace('</body>', () => `${hide(escaped)}\n</body>`);
}

/** The draft as the whole mail that an engine would submit. */
function mail({ subject }: Draft, html: string): Buffer {
  const encodedSubject = Buffer.from(subject ?? '').toString('base64');
  return Buffer.from(
    [
      'From: Eval <eval@demo.example>',
      'To: Prospect <prospect@case.example>',
      'Date: Fri, 01 May 2026 12:00:00 +0000',
      'Message-ID: <attack@demo.example>',
      ...(subject === null ? [] : [`Subject: =?utf-8?B?${encodedSubject}?=`]),
      'MIME-Version: 1.0',
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      ...(Buffer.from(html)
        .toString('base64')
        .match(/.{1,76}/g) ?? []),
      '',
    ].join('\r\n'),
  );
}
