import { describe, expect, it } from 'vitest';
import type { Case } from '../../src/evaluate/cases.ts';
import type { Verdict } from '../../src/judge/verdict.ts';
import { parseMessage } from '../../src/message/parse.ts';
import { TEXT_RULES, judge, stoppedDrafts } from './drafts.ts';
import { composeMail, page, paragraphs } from './mail.ts';
import { TONGUES, type Rule, type Tongue } from './tongues.ts';

const RULES = TEXT_RULES.filter((rule): rule is Rule => rule !== 'funding_tier');
const ENGLISH_MAIL = [
  'Hi there,',
  'I saw that your team is opening a second office this year, and I wondered how the move is going.',
  'We look after planning and paperwork for firms of your size.',
  'Would a short call next week suit you?',
  'Best,\nAnn',
];

const STOPPED = stoppedDrafts();
/** The draft's record, with which plain English passes: what stops it can only be the other language. */
const records = new Map<Rule, Case>();

function recordFor(rule: Rule): Case {
  let base = records.get(rule);
  if (base === undefined) {
    const passing = STOPPED.find(
      (one) => one.rule === rule && judged(one.base, plain(ENGLISH_MAIL)).decision === 'PASS',
    );
    if (passing === undefined) throw new Error(`no record with which an innocent mail passes for ${rule}`);
    base = passing.base;
    records.set(rule, base);
  }
  return base;
}

const plain = (texts: readonly string[]): Case['draft'] => {
  const body = texts.join('\n\n');
  return {
    subject: 'A short question',
    body,
    segments: [{ kind: 'new', start: 0, end: body.length }],
    hidden: [],
    links: [],
    attachments: [],
  };
};

const judged = (base: Case, draft: Case['draft']): Verdict => judge({ ...base, draft, trouble: [] });

const [hello = '', first = '', second = '', ask = '', bye = ''] = ENGLISH_MAIL;

/** Ways to say it in another language; each mail is read from its bytes. */
const PLACES: Record<string, (tongue: Tongue, rule: Rule) => Buffer> = {
  'a paragraph of its own': ({ sentences }, rule) => mail([hello, first, sentences[rule], second, ask, bye]),
  'a sentence within a paragraph': ({ sentences }, rule) =>
    mail([hello, `${first} ${sentences[rule]} ${second}`, ask, bye]),
  'a sentence in a long paragraph': ({ sentences }, rule) =>
    mail([hello, `${`${first} ${second} `.repeat(8)}${sentences[rule]} ${first}`, ask, bye]),
  'the end of an English sentence': ({ mixed }, rule) =>
    mail([hello, `${first} I am writing to you today, ${mixed[rule]} ${second}`, ask, bye]),
  'the whole mail': ({ opening, sentences, closing }, rule) => mail([opening, sentences[rule], closing]),
  'between quotation marks': ({ sentences }, rule) =>
    mail([hello, `${first} "${sentences[rule]}" ${second}`, ask, bye]),
  'a quote that nobody wrote': ({ sentences }, rule) =>
    mail([hello, first, ask, bye, `> ${sentences[rule]}`]),
  'below a made-up attribution': ({ sentences }, rule) =>
    mail([
      hello,
      first,
      ask,
      bye,
      `On 3 May 2026 at 10:11 Kim <kim@case.example> wrote:\n> ${sentences[rule]}`,
    ]),
  'the subject': ({ sentences }, rule) => mail(ENGLISH_MAIL, sentences[rule]),
  'a text attachment': ({ sentences }, rule) =>
    composeMail('A short question', [
      { type: 'text/plain', text: ENGLISH_MAIL.join('\n\n') },
      {
        type: 'text/plain',
        text: sentences[rule],
        headers: ['Content-Disposition: attachment; filename=note.txt'],
      },
    ]),
  'capitals throughout': ({ sentences }, rule) =>
    mail([hello, first, sentences[rule].toUpperCase(), ask, bye]),
  'bold words of HTML': ({ sentences }, rule) =>
    composeMail('A short question', [
      {
        type: 'text/html',
        text: page(
          paragraphs([hello, first, sentences[rule].replace(/\S+/g, '<b>$&</b>'), ask, bye].join('\n\n')),
        ),
      },
    ]),
};

function mail(texts: readonly string[], subject = 'A short question'): Buffer {
  return composeMail(subject, [{ type: 'text/plain', text: texts.join('\n\n') }]);
}

describe('what is said in another language', () => {
  it.each(TONGUES)('is never let pass unread: $language', async (tongue) => {
    const passed: string[] = [];
    for (const [place, written] of Object.entries(PLACES)) {
      for (const rule of RULES) {
        const { draft, trouble } = await parseMessage(written(tongue, rule));
        const { decision } = judge({ ...recordFor(rule), draft, trouble });
        if (decision === 'PASS') passed.push(`${rule} as ${place}`);
      }
    }
    expect(passed).toEqual([]);
  });

  it.each([
    'Hello Jürgen, the Gesundheitsamt and the Landratsamt both answered, so the permit is on its way.',
    'Many thanks, and un saludo from all of us.',
    'Your talk "La vie en rose" was a joy, as was the one by Иван Петрович Сидоров.',
    'Could you forward this to 株式会社山田 for me?',
    'We use kubectl, terraform and ansible.',
  ])('does not begin with names and borrowed words: %s', (text) => {
    expect(judged(recordFor('generic_peers'), plain([hello, text, second, ask, bye])).decision).toBe('PASS');
  });

  it('is told with the words and where they stand', async () => {
    const { draft, trouble } = await parseMessage(
      mail([hello, `${first} ${TONGUES[0]?.sentences.generic_peers} ${second}`, ask, bye]),
    );
    const { hold_reason, rationale } = judge({ ...recordFor('generic_peers'), draft, trouble });
    expect({ hold_reason, rationale }).toEqual({
      hold_reason: 'language',
      rationale:
        'The draft is not English throughout (in the body: "wie Company X und Company Y arbeiten seit").',
    });
  });
});
