import { expect, test } from 'vitest';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { cluesOf } from '../../src/insight/clues.ts';
import { traceReport } from '../../src/insight/trace-report.ts';
import type { TraceFound, TraceView } from '../../src/insight/web-types.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import { createJudge, createRejudge } from '../../src/pipeline/judge-delivery.ts';
import { editDelivery } from '../../src/review/edit.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';

const PITCH = (name: string, roles: number) =>
  `Hi ${name},\n\ncongratulations on closing your $12M Series A. With ${roles} open roles the conveyor team\nmust be busy; may I send you two profiles that fit?\n\nBest,\nAnn`;

/** Three prospects get one template; the mail to the first is held for its funding claim and released by a person. */
async function campaign() {
  const gate = await startGate();
  for (const [name, address] of [
    ['Lena Vogt', 'lena@quillpost.example'],
    ['Bo Lind', 'bo@harbour.example'],
    ['Eve Roe', 'eve@pier.example'],
  ] as const) {
    await addProspect(gate, address, { prospect: { name }, company: { funding_confidence: 'low' } });
    const roles = address.length;
    await gate.send({
      to: address,
      subject: `A thought for ${name.split(' ')[0]}`,
      text: PITCH(name.split(' ')[0], roles),
      headers: { 'X-Campaign': 'spring-44' },
    });
  }
  await addProspect(gate, 'ida@other.example');
  await gate.send({
    to: 'ida@other.example',
    subject: 'Something else',
    text: 'A note on quite another matter.',
  });
  const all = await gate.until(
    (list) => list.length === 4 && list.every((one) => one.judged_at !== null),
    'judged',
  );
  return { gate, lena: all.find(({ recipient }) => recipient.startsWith('lena'))! };
}

async function subjectsFound(gate: TestGate, text: string): Promise<(string | null)[]> {
  const auditor = await signIn(gate, { role: 'auditor' });
  const { status, body } = await auditor.send<TraceFound>('POST', '/trace/search', { text });
  expect(status).toBe(200);
  return body.hits.map(({ subject }) => subject);
}

test('a message is found by its ids, a header, an address, words, and a quoted and wrapped passage', async () => {
  const { gate, lena } = await campaign();
  const message = await gate.app.database.db
    .selectFrom('messages')
    .selectAll()
    .where('id', '=', lena.message_id)
    .executeTakeFirstOrThrow();
  const header = message.message_id ?? '';
  for (const text of [
    lena.id,
    lena.message_id,
    header,
    header.slice(1, -1),
    'lena@quillpost.example',
    'conveyor quillpost',
    `On Friday you wrote:\n> Hi Lena,\n>\n> congratulations on closing your $12M Series A. With 22 open\n> roles the conveyor team must be busy; may I send you\nPlease stop writing to me. Lena, lena@quillpost.example`,
    `Message-ID: <unknown@elsewhere.example>\nIn-Reply-To: ${header}\nFrom: lena@quillpost.example\nSubject: Re: whatever\n\nStop this at once, all of it please.`,
    'Subject: Re: A thought for Lena\nFrom: Lena\n\nStop.',
  ]) {
    expect(await subjectsFound(gate, text), text).toEqual(['A thought for Lena']);
  }
  expect(await subjectsFound(gate, 'spring-44')).toHaveLength(3);
  expect(await subjectsFound(gate, 'nothing of the kind')).toEqual([]);
  expect(await subjectsFound(gate, '')).toEqual([]);
});

test('a trace says who released it, what they answered, and who else got the text', async () => {
  const { gate, lena } = await campaign();
  await gate.app.review.release(lena.id, { actor: 'rae@gate.test', label: 'wrong' });
  await gate.until((all) => all.some(({ id, state }) => id === lena.id && state === 'relayed'), 'relayed');
  const reader = await signIn(gate, { role: 'reviewer' });
  const { status, body } = await reader.get<TraceView>(`/trace/${lena.id}`);
  expect(status).toBe(200);
  const [delivery] = body.deliveries;
  expect(delivery).toMatchObject({
    recipient: 'lena@quillpost.example',
    state: 'relayed',
    released_by: 'rae@gate.test',
  });
  expect(delivery?.verdict?.findings[0]?.rule).toBe('low_confidence_funding');
  expect(delivery?.verdict?.prospect?.funding_confidence).toBe('low');
  const words = delivery.story.map((line) => line.words);
  expect(words[0]).toMatch(/^Accepted from /);
  expect(words.some((one) => one.startsWith('Judged and held for low confidence funding'))).toBe(true);
  expect(words).toContain('Released by rae@gate.test.');
  expect(words).toContain('Asked whether the judge was right, rae@gate.test said: the judge was wrong.');
  expect(words.some((one) => one.startsWith('Attempt 1 to relay it by '))).toBe(true);
  expect(body.same_text).toMatchObject({ total: 0, items: [] });
  expect(body.same_template).toMatchObject({
    total: 2,
    more: false,
    by_state: [{ state: 'held', count: 2 }],
  });
  expect(body.same_template!.items.map(({ recipient }) => recipient).toSorted()).toEqual([
    'bo@harbour.example',
    'eve@pier.example',
  ]);

  const report = traceReport(body);
  expect(report).toContain('Released by rae@gate.test.');
  expect(report).toContain('The same template: 2 other deliveries (2 held).');
  expect((await reader.get('/trace/unknown')).status).toBe(404);
});

test('a report holds nothing that a mail could make Markdown of', async () => {
  const { gate, lena } = await campaign();
  const auditor = await signIn(gate, { role: 'auditor' });
  const { body } = await auditor.get<TraceView>(`/trace/${lena.message_id}`);
  const report = traceReport({
    ...body,
    text: '```\n# owned\n```',
    message: { ...body.message, subject: '**x** [a](http://b) | <b>' },
  });
  expect(report).toContain('````text\n```\n# owned\n```\n````');
  expect(report).toContain(String.raw`Subject: \*\*x\*\* \[a\](http://b) \| \<b\>`);
});

test('an edit is kept beside the text as sent, and compared as it would leave', async () => {
  const { gate, lena } = await campaign();
  const { database } = gate.app;
  const rubric = loadRubric(join(PROJECT_ROOT, 'config/rubric.yaml'));
  const rejudge = createRejudge({
    database,
    judge: createJudge({ database, rubric: () => rubric }),
    bench: null,
    accounts: new Set(),
    now: Date.now,
  });
  await editDelivery({ database, config: { providers: {} }, now: Date.now, rejudge }, lena.id, {
    text: 'Hi Lena,\n\na wholly different and gentle sentence about barometers.',
    actor: 'rae@gate.test',
  });
  const reader = await signIn(gate, { role: 'reviewer' });
  const { body } = await reader.get<TraceView>(`/trace/${lena.id}`);
  expect(body.text).toContain('Series A');
  expect(body.edits).toMatchObject([
    { revision: 1, actor: 'rae@gate.test', text: expect.stringContaining('barometers') },
  ]);
  expect(body.same_template).toMatchObject({ total: 0 });
  expect(await subjectsFound(gate, 'gentle barometers')).toEqual(['A thought for Lena']);
});

test('an admin can stop the engine from the trace, a reviewer cannot', async () => {
  const { gate, lena } = await campaign();
  const admin = await signIn(gate);
  const reviewer = await signIn(gate, { role: 'reviewer' });
  const { engine } = (await admin.get<TraceView>(`/trace/${lena.id}`)).body;
  expect(engine.mode).toBe('enforce');
  expect((await reviewer.send('POST', `/trace/engines/${engine.id}/stop`)).status).toBe(403);
  expect((await admin.send('POST', `/trace/engines/${engine.id}/stop`)).body).toEqual({ mode: 'stopped' });
  expect((await admin.get<TraceView>(`/trace/${lena.id}`)).body.engine.mode).toBe('stopped');
  const audit = await gate.app.database.db
    .selectFrom('audit')
    .select(['actor', 'action'])
    .where('subject_id', '=', engine.id)
    .orderBy('id', 'desc')
    .executeTakeFirst();
  expect(audit).toEqual({ actor: 'admin@gate.test', action: 'changed' });
  expect((await admin.send('POST', '/trace/engines/none/stop')).status).toBe(404);
});

test('what is pasted is bounded and must be text', async () => {
  const { gate } = await campaign();
  const admin = await signIn(gate);
  expect((await admin.send('POST', '/trace/search', { text: 'x '.repeat(2_100_000) })).status).toBe(413);
  expect((await admin.send('POST', '/trace/search', { text: 7 })).body.error.fields).toHaveProperty('text');
});

test('clues are taken from headers with encoded words, and noise is left out', () => {
  const clues = cluesOf(
    'Received: from x\nDKIM-Signature: v=1; a=b\nSubject: =?utf-8?B?R3LDvMOfZQ==?=\nTo: "Bo" <bo@harbour.example>\nMessage-ID:\n <a.b@c.example>\n\nHi Bo, one two three four five',
  );
  expect(clues.subject).toBe('Grüße');
  expect(clues.ids).toContain('<a.b@c.example>');
  expect(clues.addresses).toContain('bo@harbour.example');
  expect(clues.passages).toEqual(['Hi Bo one two three']);
  expect(clues.words).toBeNull();
});

test('A text that is one endless word costs no more than any other', () => {
  const began = performance.now();
  cluesOf('a'.repeat(100_000));
  cluesOf(`${'a'.repeat(50_000)}@${'b'.repeat(40_000)}`);
  expect(performance.now() - began).toBeLessThan(1_000);
});
