import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCases } from '../../src/evaluate/cases.ts';
import { Bounded } from '../../src/insight/bounded.ts';
import { EXAMPLES } from '../../src/insight/playground-examples.ts';
import type { PlaygroundVerdict, ProbeCase } from '../../src/insight/web-types.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';

test('each example gets the decision it shows, judged by the gate itself', async () => {
  const gate = await startGate();
  const user = await signIn(gate, { role: 'reviewer' });
  expect(EXAMPLES.map(({ shows }) => shows)).toEqual([
    'PASS',
    'SUPPRESS',
    'ESCALATE',
    'BLOCK',
    'PENALISE',
    null,
  ]);
  for (const { id, shows, record, subject, text } of EXAMPLES) {
    const { body: judged } = await user.send<PlaygroundVerdict>('POST', '/playground/judge', {
      record,
      subject,
      text,
    });
    expect(judged.verdict.decision, id).toBe(shows);
    if (shows === null) expect(judged.verdict.hold_reason).toBe('unknown_headcount');
  }
});

test('a draft is judged against a prospect of the mirror, or its record as altered, and nothing is stored', async () => {
  const gate = await startGate();
  const id = await addProspect(gate, 'lena@quillpost.example', {
    prospect: { name: 'Lena Vogt' },
    company: { funding_confidence: 'low' },
  });
  const user = await signIn(gate, { role: 'auditor' });
  const found = await user.get('/playground/prospects?q=QUILLPOST');
  expect(found.body.prospects).toEqual([
    {
      id,
      name: 'Lena Vogt',
      address: 'lena@quillpost.example',
      company: 'Company of lena@quillpost.example',
    },
  ]);
  const draft = {
    subject: 'Congratulations',
    text: 'Hi Lena,\n\ncongratulations on closing your $20M Series B. Shall we talk?',
  };
  const { body } = await user.send<PlaygroundVerdict>('POST', '/playground/judge', {
    prospect_id: id,
    ...draft,
  });
  expect(body.verdict).toMatchObject({ decision: 'BLOCK', prospect: { prospect_id: id } });
  const [finding] = body.verdict.findings;
  const [span] = finding.spans;
  expect(body.draft[span.part]!.slice(span.start, span.end)).toBe(span.text);
  const { record } = (await user.get(`/playground/prospects/${id}`)).body;
  const altered = await user.send<PlaygroundVerdict>('POST', '/playground/judge', {
    record: { ...record, funding_confidence: 'high' },
    ...draft,
  });
  expect(altered.body.verdict.decision).toBe('PASS');
  for (const table of ['messages', 'deliveries', 'verdicts', 'draft_texts'] as const) {
    expect(await gate.app.database.db.selectFrom(table).selectAll().execute()).toEqual([]);
  }
});

test('a whole mail is read as the gate reads it', async () => {
  const gate = await startGate();
  const user = await signIn(gate);
  const eml =
    'From: a@b.example\nTo: c@d.example\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\nContent-Type: text/html\n\n<p>Hello <b>there</b>, a short call next week?</p>';
  const { body } = await user.send<PlaygroundVerdict>('POST', '/playground/judge', {
    record: EXAMPLES[0].record,
    eml,
  });
  expect(body.draft).toMatchObject({
    subject: 'Grüße',
    body: expect.stringContaining('Hello there, a short call'),
  });
});

test('what cannot be judged says which field is wrong', async () => {
  const gate = await startGate();
  const user = await signIn(gate);
  const fields = async (body: object): Promise<string[]> =>
    Object.keys((await user.send('POST', '/playground/judge', body)).body.error?.fields ?? {});
  const record = EXAMPLES[0].record;
  expect(await fields({ record, text: '  ' })).toEqual(['text']);
  expect(await fields({ text: 'x' })).toEqual(['record']);
  expect(await fields({ record, prospect_id: 'p', text: 'x' })).toEqual(['record']);
  expect(await fields({ prospect_id: 'none', text: 'x' })).toEqual(['prospect_id']);
  expect(await fields({ record: { ...record, disqualifiers: 7 }, text: 'x' })).toEqual(['record']);
  expect(await fields({ record: [], text: 'x' })).toEqual(['record']);
});

test('a saved case is one that presend eval reads; it can be deleted, and both are audited', async () => {
  const gate = await startGate();
  const reviewer = await signIn(gate, { role: 'reviewer' });
  const { record, subject, text } = EXAMPLES[3];
  const saved = await reviewer.send<ProbeCase>('POST', '/playground/cases', {
    gold: 'BLOCK',
    rule: 'low_confidence_funding',
    record,
    subject,
    text,
  });
  await reviewer.send('POST', '/playground/cases', { gold: 'PASS', record, subject, text: 'A plain mail.' });
  const path = join(gate.dataDir, 'probe-cases.jsonl');
  const cases = readCases(path, '2026-01-01');
  expect(cases).toMatchObject([
    {
      id: saved.body.id,
      gold: 'BLOCK',
      rule: 'low_confidence_funding',
      prospect: { company: 'Halden Rail' },
      draft: { subject },
    },
    { gold: 'PASS', rule: 'none' },
  ]);
  const { body } = await reviewer.get('/playground/cases');
  expect(body).toMatchObject({
    path,
    cases: [{ gold: 'PASS' }, { id: saved.body.id, by: 'reviewer@gate.test' }],
  });
  expect((await reviewer.send('DELETE', `/playground/cases/${saved.body.id}`)).status).toBe(200);
  expect((await reviewer.send('DELETE', `/playground/cases/${saved.body.id}`)).status).toBe(404);
  expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(1);
  const audit = await gate.app.database.db
    .selectFrom('audit')
    .select('action')
    .where('subject_type', '=', 'probe_case')
    .execute();
  expect(audit.map(({ action }) => action)).toEqual(['added', 'added', 'removed']);
  const auditor = await signIn(gate, { role: 'auditor' });
  expect((await auditor.send('POST', '/playground/cases', { gold: 'PASS', record, text })).status).toBe(403);
  const wrong = await reviewer.send('POST', '/playground/cases', { gold: 'MAYBE', record, text: ' ' });
  expect(Object.keys(wrong.body.error.fields)).toEqual(['gold', 'text']);
});

test('drafts are judged one at a time, few wait, and one given up keeps its place until it ends', async () => {
  const bounded = new Bounded({ waiting: 1, timeoutMs: 30 });
  let running = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const work = async (): Promise<string> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => ends.push(resolve));
    running -= 1;
    return 'done';
  };
  const first = bounded.run(work);
  const second = bounded.run(work);
  await expect(bounded.run(work)).rejects.toMatchObject({ code: 'too_many' });
  await expect(first).rejects.toMatchObject({ code: 'trouble' });
  await expect(second).rejects.toMatchObject({ code: 'trouble' });
  await expect(bounded.run(work)).rejects.toMatchObject({ code: 'too_many' });
  expect([most, ends.length]).toEqual([1, 1]);
  ends[0]();
  await expect.poll(() => ends.length).toBe(2);
  ends[1]();
  await expect.poll(() => running).toBe(0);
  const third = bounded.run(async () => 'done');
  expect(await third).toBe('done');
});
