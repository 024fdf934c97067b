import { expect } from 'vitest';
import { FakeAdapter, modelOf } from '../support/fake-adapter.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
const PATIENCE = { timeout: 10_000 };

/** Words the fake adapter answers to. */
const SAYS: Record<string, object> = {
  blocked: { BLOCK: 0.97 },
  unsure: { BLOCK: 0.45, PASS: 0.45 },
};

type GateOptions = NonNullable<Parameters<typeof startGate>[0]>;

/** A gate whose adapter blocks what says "blocked", is not sure of what says "unsure", and passes the rest. */
export async function spotGate(options: GateOptions = {}): Promise<TestGate> {
  const adapter = new FakeAdapter(({ draft }) => {
    const word = Object.keys(SAYS).find((one) => draft.body.includes(one));
    return word === undefined ? { PASS: 0.98 } : SAYS[word];
  });
  const gate = await startGate({ model: modelOf(adapter), ...options });
  await expect.poll(() => adapter.state.state, PATIENCE).toBe('ready');
  return gate;
}

/** A mail of each kind: let go, stopped by a rule, by the adapter, its doubt, and doubt that is no judgement. */
export async function judgeEachKind(gate: TestGate): Promise<void> {
  for (const name of ['pass-one', 'pass-two', 'pass-three', 'blocked', 'unsure'])
    await addProspect(gate, `vp@${name}.example`);
  await addProspect(gate, 'vp@rumour.example', { company: { funding_confidence: 'low' } });
  await addProspect(gate, 'vp@out.example', { prospect: { opt_out_channels: ['email'] } });
  const send = (to: string, text: string) => gate.send({ to, subject: `To ${to}`, text });
  await send('vp@pass-one.example', 'Hello, would a call be useful? One.');
  await send('vp@pass-two.example', 'Hello, would a call be useful? Two.');
  await send('vp@pass-three.example', 'Hello, would a call be useful? Three.');
  await send('vp@blocked.example', 'Hello, this will be blocked, would a call be useful?');
  await send('vp@unsure.example', 'Hello, I am unsure, would a call be useful?');
  await send('vp@rumour.example', 'Congratulations on closing your $20M Series B last month!');
  await send('vp@out.example', 'Hello, would a call be useful?').catch(() => null);
  await send('vp@nowhere.example', 'Hello, would a call be useful?');
  await gate.until((all) => all.length === 8 && all.every(({ judged_at: at }) => at !== null), 'all judged');
}
