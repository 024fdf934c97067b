import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { draftTextOf, textKeys } from '../../src/insight/draft-text.ts';
import { checkSubmittedBytes } from '../../src/intake/submitted-bytes.ts';
import { judgeByRules } from '../../src/judge/judge.ts';
import { KNOWN_MAIL } from '../../src/judge/known-mail.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import { PARSE_LIMITS } from '../../src/message/limits.ts';
import { newText } from '../../src/message/new-text.ts';
import { parseMessage } from '../../src/message/parse.ts';
import { readMail } from '../../src/message/reading.ts';
import type { ParsedMessage } from '../../src/message/types.ts';
import { isShort } from '../../src/off-loop/judge.ts';
import { SHORT_TEXT_CHARS, SMALL_MAIL_BYTES } from '../../src/off-loop/limits.ts';
import { mutated } from './bytes.ts';
import { mailText } from './mail-grammar.ts';
import { type Target, corpus } from './target.ts';

const rubric = loadRubric(`${PROJECT_ROOT}/config/rubric.yaml`);
/** A record that gives every rule something to do. */
const PROSPECT = { ...KNOWN_MAIL.prospect, funding_confidence: 'low', regulated: 'finance' };

/** Whole, within the limits, and the same when read again. */
async function readsWell(raw: Buffer): Promise<void> {
  const parsed = await parseMessage(raw);
  expectWhole(parsed);
  assert.deepEqual(await parseMessage(raw), parsed);
  const { draft } = await readMail(raw);
  assert.deepEqual(draft, parsed.draft);
  const { trouble, headers } = parsed;
  const verdict = judgeByRules({
    draft,
    headers,
    trouble,
    prospect: PROSPECT,
    channel: 'email',
    today: '2026-03-01',
    rubric,
  });
  if (trouble.length > 0) assert.notEqual(verdict.decision, 'PASS');
  assert.notEqual(verdict.hold_reason, 'judge_error');
  draftTextOf({ raw, parsed, addresses: [], keys: textKeys(newText(parsed.draft), [PROSPECT]) });
}

function expectWhole({ draft, trouble }: ParsedMessage): void {
  const { body, segments, links, hidden, attachments, subject } = draft;
  let at = 0;
  for (const { start, end } of segments) {
    assert.equal(start, at);
    assert.ok(end > start);
    at = end;
  }
  assert.equal(at, body.length);
  // A text may go over by its last piece; what stands between alternatives is the gate's own.
  assert.ok(body.length <= PARSE_LIMITS.bodyChars * 3);
  assert.ok((subject ?? '').length <= PARSE_LIMITS.subjectChars);
  assert.ok(links.length <= PARSE_LIMITS.links * PARSE_LIMITS.parts);
  assert.ok(hidden.length <= (PARSE_LIMITS.hiddenPieces + 2) * PARSE_LIMITS.parts);
  for (const { text } of attachments) assert.ok((text ?? '').length <= PARSE_LIMITS.attachmentChars);
  for (const { kind, detail } of trouble) assert.notEqual(`${kind}${detail}`, '');
}

/** Processor time of this process, milliseconds: what the clock says depends on what else the machine does. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Mail that the event loop reads itself, made of one or two short pieces said until it is as large as that allows: the shape
 * of what takes the square of its length. How long the slowest took is told and bounded.
 */
function slowest(): Target {
  const piece = fc.oneof(
    fc.string({ minLength: 1, maxLength: 6, unit: 'binary' }),
    fc.constantFrom(
      'a',
      'A',
      '1',
      '$',
      '.',
      ' ',
      '\n',
      '\t',
      '-',
      '>',
      '(',
      '<',
      '&',
      '"',
      '@',
      'x@',
      '$1',
      '. ',
      'PS\n',
      'Hi\n',
      'From: x\n',
      '<b>',
      '</b>',
      '<p>',
      '</p>',
      '<!--',
      '<style>',
      '<a href="',
      '<div style="color:',
      'i b ',
      '<!--[if mso]>',
      '/*',
      '=?utf-8?q?',
      '?=',
      '=3D',
      '=\n',
      'raised $5m ',
      'Acme Inc. ',
      'we can start ',
      'not ',
      '3 March ',
      '\u0301',
      '\ufdfa',
      'а',
    ),
  );
  const shape = fc.record({
    pieces: fc.array(piece, { minLength: 1, maxLength: 3 }),
    lead: fc.constantFrom('', '<div>', '<style>', 'Hello Bob,\n', 'On Monday '),
    html: fc.boolean(),
    place: fc.constantFrom('body', 'body', 'body', 'subject', 'to', 'type'),
  });
  let slowestMs = 0;
  let slowestOf = '';
  const property = fc.asyncProperty(shape, async ({ pieces, lead, html, place }) => {
    const unit = pieces.join('');
    const long = (bytes: number): string =>
      unit.repeat(Math.max(1, Math.floor(bytes / Buffer.byteLength(unit))));
    const field = (): string => long(SMALL_MAIL_BYTES - 1_000).replace(/[\r\n]/g, ' ');
    const raw = Buffer.from(
      [
        'From: Ann <ann@sender.example>',
        `To: ${place === 'to' ? field() : 'bob@prospect.example'}`,
        `Subject: ${place === 'subject' ? field() : 'A call'}`,
        `Content-Type: text/${html ? 'html' : 'plain'}; charset=utf-8${place === 'type' ? `; x=${field()}` : ''}`,
        '',
        place === 'body' ? lead + long(SMALL_MAIL_BYTES - 1_000) : 'Hello',
      ].join('\r\n'),
    );
    const began = cpuMs();
    checkSubmittedBytes(raw, { maxLineBytes: 16_384, maxHops: 50, maySendAs: () => true });
    const parsed = await parseMessage(raw);
    const readMs = cpuMs() - began;
    // Longer text is a worker's, and so is what is not plainly English.
    const body = parsed.draft.body.slice(0, SHORT_TEXT_CHARS);
    const draft = {
      ...KNOWN_MAIL.draft,
      body,
      segments: [{ kind: 'new' as const, start: 0, end: body.length }],
    };
    const input = { draft, headers: null, prospect: PROSPECT, channel: 'email', today: '2026-03-01', rubric };
    const judging = cpuMs();
    if (isShort(input)) judgeByRules(input);
    const judgeMs = cpuMs() - judging;
    const keeping = cpuMs();
    draftTextOf({ raw, parsed, addresses: [], keys: textKeys(newText(parsed.draft), [PROSPECT]) });
    const took = Math.max(readMs, judgeMs, cpuMs() - keeping);
    assert.ok(took < 300, `held the loop up for ${took.toFixed(0)} ms`);
    if (took <= slowestMs) return;
    slowestMs = took;
    slowestOf = JSON.stringify({ pieces, lead, html, place });
  });
  return {
    name: 'small mail made of repeated pieces holds the loop up for less than 300 ms',
    property,
    share: 0.3,
    figures: () => `slowest ${slowestMs.toFixed(0)} ms: ${slowestOf}`,
  };
}

export function mailTargets(): Target[] {
  const seeds = corpus('.eml');
  return [
    { name: 'mail by the grammar', property: fc.asyncProperty(mailText, readsWell), share: 0.5 },
    {
      name: 'mail by the grammar, damaged',
      property: fc.asyncProperty(
        mailText.chain((raw) => mutated([raw])),
        readsWell,
      ),
      share: 0.5,
    },
    { name: 'the corpus, damaged', property: fc.asyncProperty(mutated(seeds), readsWell), share: 0.5 },
    slowest(),
  ];
}
