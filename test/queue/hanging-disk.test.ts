import { expect, test } from 'vitest';
import { apiKeyFor } from '../support/api-key.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { ProviderStandIn } from '../support/provider-stand-in.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';

/** Beyond every lease: the upstream's answer is waited for eleven minutes. */
const LONGER = 15 * 60_000;

/** A disk that takes no change until it is told to; what is asked meanwhile fails, as a sync does. */
function hangingDisk({ app: { database } }: TestGate): { hang: () => void; recover: () => void } {
  const transact = database.transact.bind(database);
  let hangs = false;
  database.transact = (work) =>
    hangs
      ? Promise.reject(Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' }))
      : transact(work);
  return { hang: () => (hangs = true), recover: () => (hangs = false) };
}

test('an upstream’s answer that is known in memory is not uncertain when the disk hangs for longer than the lease', async () => {
  const upstream = await SmtpUpstream.start();
  const gate = await startGate({ config: { upstreams: [upstreamConfig(upstream)] } });
  const disk = hangingDisk(gate);
  await addProspect(gate, 'maria@passing.example');
  upstream.script.end = { tell: () => disk.hang(), times: 1 };
  await gate.send({ to: 'maria@passing.example' });
  await expect.poll(() => upstream.received.length, { timeout: 20_000 }).toBe(1);
  gate.advance(LONGER);
  disk.recover();
  // The queue looks fifty times in a second, the answer is tried twice in one.
  await gate.until(([one]) => one?.state === 'relayed' || one?.state === 'uncertain', 'it is settled');
  expect((await gate.deliveries()).map(({ state }) => state)).toEqual(['relayed']);
  expect(upstream.received).toHaveLength(1);
});

test('nor are the others that left in the same request', async () => {
  const api = await ProviderStandIn.start();
  const smtp = await SmtpUpstream.start();
  const resend = { api_key: 're_real', base_url: api.baseUrl };
  const gate = await startGate({ config: { upstreams: [upstreamConfig(smtp)], providers: { resend } } });
  const disk = hangingDisk(gate);
  const to = ['maria@passing.example', 'jo@passing.example', 'kim@passing.example'];
  for (const address of to) await addProspect(gate, address);
  const key = await apiKeyFor(gate);
  const { answer } = api;
  api.answer = (n) => {
    disk.hang();
    return answer(n);
  };
  await fetch(`${gate.httpBase}/emails`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ from: 'ann@sender.example', to, subject: 'Hiring plans', text: 'A short call?' }),
  });
  await expect.poll(() => api.sent.length, { timeout: 20_000 }).toBe(1);
  // Beyond the day for which the provider knows the key.
  gate.advance(25 * 3_600_000);
  disk.recover();
  await gate.until(
    (all) => all.every(({ state }) => state === 'relayed' || state === 'uncertain'),
    'they are settled',
  );
  expect((await gate.deliveries()).map(({ state }) => state)).toEqual(to.map(() => 'relayed'));
  expect(api.sent).toHaveLength(1);
});
