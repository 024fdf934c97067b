import { gateSecret } from '../../src/config/gate-secret.ts';
import { type NewApiKey, addApiKey } from '../../src/intake/api-keys.ts';
import { requireEngine } from '../../src/intake/engine-store.ts';
import type { TestGate } from './gate.ts';

/** A new key of an engine of the gate. */
export async function newKey(
  gate: TestGate,
  kind: 'bearer' | 'sigv4',
  engine = 'engine',
): Promise<NewApiKey> {
  const { database } = gate.app;
  const { id } = await requireEngine(database.db, engine);
  const derive = gateSecret(gate.dataDir, 'derive');
  return database.transact((trx) => addApiKey(trx, id, { kind, derive, actor: 'test', now: Date.now() }));
}

export async function apiKeyFor(gate: TestGate, engine = 'engine'): Promise<string> {
  const key = await newKey(gate, 'bearer', engine);
  if (key.kind !== 'bearer') throw new Error('not a bearer key');
  return key.key;
}
