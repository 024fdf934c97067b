import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeByRules } from '../../src/judge/judge.ts';
import { KNOWN_MAIL } from '../../src/judge/known-mail.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { EditError } from '../../src/message/edit.ts';
import { textsOf } from '../../src/message/edited-text.ts';
import { parseMessage } from '../../src/message/parse.ts';
import { readMail } from '../../src/message/reading.ts';
import { JobLimitError } from '../../src/off-loop/job-limit-error.ts';
import { isShort, judgeMail } from '../../src/off-loop/judge.ts';
import { SHORT_TEXT_CHARS, SMALL_MAIL_BYTES, WORKER_LIMITS } from '../../src/off-loop/limits.ts';
import { editMail, openMail, parseGivenMail, parseMail, textsOfMail } from '../../src/off-loop/mail.ts';
import { WorkerPool } from '../../src/off-loop/pool.ts';

const SENTENCE = 'Your team raised $14M last week and would a short call be useful? ';
const PDF = Buffer.from('%PDF-1.4 of a kind '.repeat(3_000));

/** Larger than what the loop reads itself, with text in two parts, a picture and an attachment. */
const LARGE = Buffer.from(
  [
    'From: Ann <ann@sender.example>',
    'To: Bob <bob@prospect.example>',
    'Subject: =?utf-8?q?Engineering_capacit=C3=A9?=',
    'Message-ID: <large@sender.example>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=outer',
    '',
    '--outer',
    'Content-Type: multipart/alternative; boundary=inner',
    '',
    '--inner',
    'Content-Type: text/plain; charset=utf-8',
    '',
    SENTENCE.repeat(80).trim(),
    '--inner',
    'Content-Type: text/html; charset=utf-8',
    '',
    `<p>${SENTENCE.repeat(80).trim()} <a href="https://x.example/">x.example</a></p>`,
    '--inner--',
    '--outer',
    'Content-Type: application/pdf',
    'Content-Disposition: attachment; filename=offer.pdf',
    'Content-Transfer-Encoding: base64',
    '',
    PDF.toString('base64').replace(/.{76}/g, '$&\r\n'),
    '--outer--',
    '',
  ].join('\r\n'),
);

const rubric = loadRubric(`${PROJECT_ROOT}/config/rubric.yaml`);

/** As the gate's, with time for a machine that runs other tests too. */
let real: WorkerPool;
beforeAll(() => {
  real = new WorkerPool({ size: 1, ...WORKER_LIMITS, cpuMs: 60_000, wallMs: 60_000 });
});
afterAll(() => real.close());
const workers = (): WorkerPool => real;

/** As if each job had gone beyond a limit. */
const LIMITED = {
  run: () => Promise.reject(new JobLimitError('took more than 5 seconds of processor time')),
};

describe('a mail that a worker reads', () => {
  it('is large enough for one', () => {
    expect(LARGE.length).toBeGreaterThan(SMALL_MAIL_BYTES);
  });

  it('is parsed as the parser itself would', async () => {
    const kept = Buffer.from(LARGE);
    const parsed = await parseMail(LARGE, workers);
    expect(parsed).toEqual(await parseMessage(LARGE));
    expect(parsed.draft.attachments).toMatchObject([{ filename: 'offer.pdf', size: PDF.length }]);
    // The bytes are still the caller's.
    expect(LARGE.equals(kept)).toBe(true);
  });

  it('is given away instead of copied where nobody needs it any more', async () => {
    const own = Buffer.from(LARGE.toString('latin1'), 'latin1');
    expect(await parseGivenMail(own, workers)).toEqual(await parseMessage(LARGE));
    expect(own).toHaveLength(0);
  });

  it('is copied where other bytes stand in the same memory', async () => {
    const part = Buffer.concat([Buffer.from('other'), LARGE]).subarray('other'.length);
    expect(await parseGivenMail(part, workers)).toEqual(await parseMessage(LARGE));
    expect(part.equals(LARGE)).toBe(true);
  });

  it('is shown as it would be, with its attachments as buffers', async () => {
    const read = await openMail(LARGE, workers);
    expect(read).toEqual(await readMail(LARGE));
    expect(Buffer.isBuffer(read.attachments[0].content)).toBe(true);
    expect(read.attachments[0].content.equals(PDF)).toBe(true);
  });

  it('is edited, or the editor’s refusal is told', async () => {
    const edited = await editMail(LARGE, { text: 'New text.' }, workers);
    expect((await parseMail(edited, workers)).draft.body).toBe('New text.');
    const noText = Buffer.concat([
      Buffer.from('From: a@b.example\r\nContent-Type: application/pdf\r\n\r\n'),
      Buffer.alloc(SMALL_MAIL_BYTES, 'x'),
    ]);
    await expect(editMail(noText, { text: 'New' }, workers)).rejects.toThrow(EditError);
    await expect(editMail(noText, { text: 'New' }, workers)).rejects.toThrow('no text to edit');
  });

  it('has its texts taken apart', async () => {
    expect(await textsOfMail(LARGE, workers)).toEqual(await textsOf(LARGE));
  });
});

describe('a mail that goes beyond a worker’s limits', () => {
  // Seconds of work on any machine: each closing tag is looked for in all that is open.
  const poison = Buffer.from(
    [
      'From: Ann <ann@sender.example>',
      'Subject: =?utf-8?q?Caf=C3=A9?=',
      'Content-Type: text/html',
      '',
      '<div>\r\n'.repeat(5_500),
      '</p></b></i>\r\n'.repeat(100_000),
    ].join('\r\n'),
  );
  let impatient: WorkerPool;
  beforeAll(() => {
    impatient = new WorkerPool({ size: 1, ...WORKER_LIMITS, wallMs: 60 });
  });
  afterAll(() => impatient.close());
  const within = (): WorkerPool => impatient;
  const WHY = 'took more than 0.06 seconds';

  it('is held unread, and says which limit it was', async () => {
    const { draft, trouble } = await parseMail(poison, within);
    expect(draft).toMatchObject({ subject: null, body: '' });
    expect(trouble).toEqual([{ kind: 'too_complex', detail: `reading it ${WHY}` }]);
  });

  it('is shown by its header alone', async () => {
    const read = await openMail(poison, within);
    expect(read).toMatchObject({ html: null, text: '', attachments: [] });
    expect(read.headers).toContainEqual({ name: 'Subject', value: 'Café' });
  });

  it('cannot be edited', async () => {
    await expect(editMail(LARGE, { text: 'New' }, () => LIMITED)).rejects.toThrow(
      new EditError(
        'the message is too complex to edit: editing it took more than 5 seconds of processor time',
      ),
    );
  });
});

describe('a draft that a worker judges', () => {
  const body = SENTENCE.repeat(100).trim();
  const draft = {
    ...KNOWN_MAIL.draft,
    body,
    segments: [{ kind: 'new' as const, start: 0, end: body.length }],
  };
  const input = { ...KNOWN_MAIL, draft, today: '2026-03-01', rubric };

  it('is long enough for one, and judged as the rules themselves would', async () => {
    expect(body.length).toBeGreaterThan(SHORT_TEXT_CHARS);
    const prospect = { ...KNOWN_MAIL.prospect, funding_confidence: 'low' };
    const verdict = await judgeMail({ ...input, prospect }, workers);
    expect(verdict).toEqual(judgeByRules({ ...input, prospect }));
    expect(verdict.decision).toBe('BLOCK');
  });

  it('may be short itself if the mail shows other texts that are not', () => {
    const short = { ...input, draft: KNOWN_MAIL.draft };
    expect(isShort(short)).toBe(true);
    const versions = [{ how: 'in the attachment note.txt', text: SENTENCE.repeat(100) }];
    expect(isShort({ ...short, draft: { ...short.draft, versions } })).toBe(false);
  });

  it('is held when it goes beyond the limits, but what the record alone stops is stopped', async () => {
    expect(await judgeMail(input, () => LIMITED)).toMatchObject({
      decision: null,
      hold_reason: 'too_complex',
      rationale: 'judging it took more than 5 seconds of processor time',
    });
    const prospect = { ...KNOWN_MAIL.prospect, opt_out_channels: ['email'] };
    expect(await judgeMail({ ...input, prospect }, () => LIMITED)).toMatchObject({ decision: 'SUPPRESS' });
  });

  it('fails as the gate’s own trouble when no worker can be had', async () => {
    const broken = { run: () => Promise.reject(new Error('no thread can be started')) };
    await expect(judgeMail(input, () => broken)).rejects.toThrow('no thread can be started');
    await expect(parseMail(LARGE, () => broken)).rejects.toThrow('no thread can be started');
  });
});
