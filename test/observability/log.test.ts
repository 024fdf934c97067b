import { expect, onTestFinished, test } from 'vitest';
import { apiKeyFor } from '../support/api-key.ts';
import { raw } from '../support/front.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { FakeAdapter, modelOf } from '../support/fake-adapter.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';
import { captureLog } from './log-lines.ts';

const SUBJECT = 'Zebrafish-quarterly plans';
/** Words that stand nowhere else, so that one in a line is a leak. */
const TEXT =
  'Hi Maria,\n\nwould a kumquat-shaped call about xylophones next week be useful?\n\nBest,\nAnneliese';
const WORDS = ['zebrafish', 'quarterly', 'kumquat', 'xylophone', 'anneliese', 'maria'];
const ADDRESSES = [
  'maria@passing.example',
  "maria.o'neil+x=y@passing.example",
  'stop@gone.example',
  'ann@sender.example',
];

async function upstreamThat(script: SmtpUpstream['script']) {
  const upstream = await SmtpUpstream.start();
  upstream.script = script;
  onTestFinished(() => upstream.close());
  return { config: { upstreams: [upstreamConfig(upstream)] }, upstream };
}

const idOf = (reply: string): string => /[0-9A-HJKMNP-TV-Z]{26}/.exec(reply)![0];

function expectNothingOf(lines: string[]): void {
  for (const line of lines) {
    expect(JSON.parse(line)).toBeTypeOf('object');
    const low = line.toLowerCase();
    for (const word of WORDS) expect(low, line).not.toContain(word);
    expect(line, line).not.toMatch(/[^\s"/\\]@[\w[]/);
  }
}

test('every stage of a mail writes one line under its id: grep tells its whole story', async () => {
  const captured = captureLog();
  const { config } = await upstreamThat({});
  const adapter = new FakeAdapter(() => ({ PASS: 0.98 }));
  const gate = await startGate({ config, log: captured.log, model: modelOf(adapter) });
  await addProspect(gate, 'maria@passing.example');
  const id = idOf(await gate.send({ to: 'maria@passing.example', subject: SUBJECT, text: TEXT }));
  await gate.until((all) => all[0]?.state === 'relayed', 'relayed');
  await gate.app.stop();

  const story = captured.about(id);
  expect(story.map(({ msg, event, to }) => (event === undefined ? [msg] : [msg, event, to]))).toEqual([
    ['accepted'],
    ['parsed'],
    ['waits for the adapter'],
    ['judged'],
    ['settled', 'judged', 'relaying'],
    ['courier attempt'],
    ['settled', 'delivered', 'relayed'],
  ]);
  for (const line of story) expect(line['message']).toBe(id);
  expect(story.find(({ msg }) => msg === 'judged')).toMatchObject({
    delivery: `${id}-1`,
    engine: 'engine',
    decision: 'PASS',
    rules: [],
    adapter: 'PASS',
    outcome: 'relay',
  });
  expect(story.find(({ msg }) => msg === 'courier attempt')).toMatchObject({
    upstream: 'provider',
    outcome: 'delivered',
    response: '250 2.0.0',
  });
  expectNothingOf(captured.lines);
});

test('what a person does with a hold is in the story too, from the command line as well', async () => {
  const captured = captureLog();
  const gate = await startGate({ log: captured.log, config: { delivery: { undo_seconds: 30 } } });
  await addProspect(gate, 'maria@passing.example', {
    prospect: { recipient_role: 'CTO' },
    company: { headcount: null },
  });
  const id = idOf(await gate.send({ to: 'maria@passing.example', subject: SUBJECT, text: TEXT }));
  const [held] = await gate.until((all) => all[0]?.state === 'held', 'held');
  const act = {
    actor: 'cli:ann@sender.example',
    label: 'wrong' as const,
    reason: 'kumquats are fine for maria',
  };
  await gate.app.review.release(held.id, act);
  await gate.app.review.undo(held.id, act);
  await gate.app.review.reject(held.id, { ...act, label: 'right' });
  await gate.app.stop();
  const told = captured.about(id).filter(({ msg }) => msg === 'settled' || msg === 'labelled');
  expect(told.map(({ msg, event, answer }) => [msg, event ?? answer])).toEqual(
    expect.arrayContaining([
      ['settled', 'judged'],
      ['settled', 'release'],
      ['settled', 'undo'],
      ['settled', 'reject'],
      ['labelled', 'right'],
    ]),
  );
  expectNothingOf(captured.lines);
});

test.each([
  [
    'a permanent refusal',
    `550 5.7.1 <maria@passing.example>: "${SUBJECT}" looks like spam, kumquat`,
    'failed',
  ],
  ['a temporary refusal', `451-4.7.1 maria@passing.example wait\r\n451 4.7.1 ${SUBJECT}`, 'deferred'],
] as const)('%s that repeats address and subject leaves neither in the log', async (_what, reply, state) => {
  const captured = captureLog();
  const { config } = await upstreamThat({ end: { reply } });
  const gate = await startGate({ config, log: captured.log });
  for (const address of ADDRESSES.slice(0, 2)) await addProspect(gate, address);
  const id = idOf(await gate.send({ to: ADDRESSES.slice(0, 2), subject: SUBJECT, text: TEXT }));
  await gate.until(
    (all) => all.filter((one) => one.kind === 'mail').every((one) => one.state === state),
    state,
  );
  await gate.app.stop();
  const attempts = captured
    .about(id)
    .filter(({ msg, kind }) => msg === 'courier attempt' && kind === undefined);
  expect(attempts).toHaveLength(2);
  for (const one of attempts) expect(one['response']).toBe(state === 'failed' ? '550 5.7.1' : '451 4.7.1');
  expectNothingOf(captured.lines);
});

test('refused, suppressed, broken and HTTP mail leaves no address, subject or word either', async () => {
  const captured = captureLog();
  const gate = await startGate({
    log: captured.log,
    model: modelOf(new FakeAdapter(() => 'malformed')),
    config: { upstreams: [{ name: 'gone', host: '127.0.0.1', port: 1, tls: 'none' }] },
  });
  await addProspect(gate, 'maria@passing.example');
  await addProspect(gate, 'stop@gone.example', { prospect: { disqualifiers: ['do_not_contact'] } });
  const mail = { subject: SUBJECT, text: TEXT };
  await expect(gate.send({ ...mail, to: 'stop@gone.example' })).rejects.toThrow('550');
  await expect(
    gate.send({ ...mail, to: 'maria@passing.example', from: 'maria@passing.example' }),
  ).rejects.toThrow('5');
  await gate.send({ ...mail, to: 'nobody.maria@nowhere.example' });
  await gate.send({
    to: 'maria@passing.example',
    raw: `From: ann@sender.example\r\nSubject: ${SUBJECT}\r\nContent-Type: multipart/mixed; boundary=kumquat\r\n\r\n--kumquat\r\n\r\n${TEXT}`,
  });
  const headers = { Authorization: `Bearer ${await apiKeyFor(gate)}`, 'Content-Type': 'application/json' };
  await raw(gate, 'POST', '/emails', headers, `{"from":"ann@sender.example","subject":"${SUBJECT}" kumquat`);
  await raw(
    gate,
    'POST',
    '/emails',
    headers,
    JSON.stringify({
      from: 'Ann <ann@sender.example>',
      to: ['maria@passing.example'],
      subject: SUBJECT,
      text: TEXT,
    }),
  );
  await raw(gate, 'GET', `/emails/maria@passing.example`, headers);
  await gate.until((all) => all.length >= 4 && all.every((one) => one.state !== 'received'), 'all judged');
  await gate.app.stop();
  expect(captured.lines.length).toBeGreaterThan(12);
  expectNothingOf(captured.lines);
});

test('with log.redact off an operator sees the upstream’s whole reply', async () => {
  const captured = captureLog({ redact: false });
  const { config } = await upstreamThat({ end: { reply: '550 5.7.1 <maria@passing.example> refused' } });
  const gate = await startGate({ config, log: captured.log });
  await addProspect(gate, 'maria@passing.example');
  await gate.send({ to: 'maria@passing.example', subject: SUBJECT, text: TEXT });
  await gate.until((all) => all.some((one) => one.state === 'failed'), 'failed');
  await gate.app.stop();
  expect(captured.lines.join('')).toContain('<maria@passing.example> refused');
});
