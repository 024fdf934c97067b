import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csrfToken } from '../../src/access/random-token.ts';
import { beginSession } from '../../src/access/session-store.ts';
import { addUser } from '../../src/access/user-store.ts';
import { gateSecret } from '../../src/config/gate-secret.ts';
import { createCompany, createProspect } from '../../src/crm/store.ts';
import { addSuppression } from '../../src/crm/suppression-store.ts';
import { addApiKey } from '../../src/intake/api-keys.ts';
import { addEngine } from '../../src/intake/engine-store.ts';
import type { Trx } from '../../src/store/database.ts';
import { openStore } from '../../src/store/open.ts';
import type { Kind } from './ledger.ts';

/** How many people there are of each kind; strangers need no record. */
export const PEOPLE: Record<Exclude<Kind, 'stranger'>, number> = {
  pass: 300,
  disqualified: 10,
  'opted-out': 10,
  chief: 60,
  rumour: 60,
  disliked: 60,
};

/** Domains of the two engines: one waits for verdicts and has a webhook, the other does neither and gets reports by mail. */
export const ENGINES = { sync: 'sync.example', async: 'async.example' } as const;

export function addressOf(kind: Kind, i: number): string {
  return `person@${kind}-${i}.example`;
}

/** A data folder as an operator has it after setting up, and what clients and a reviewer hold of it. */
export interface Template {
  folder: string;
  apiKey: string;
  session: { cookie: string; csrf: string };
}

/**
 * @param hooks.webhookUrl where the events of the engine `sync` go
 * @param hooks.at time of everything in it, milliseconds since the epoch
 * @param hooks.store address of an empty PostgreSQL database; default: a SQLite file in the folder
 */
export async function makeTemplate(hooks: {
  webhookUrl: string;
  at: number;
  store?: string;
}): Promise<Template> {
  const folder = mkdtempSync(join(tmpdir(), 'presend-crash-template-'));
  mkdirSync(folder, { recursive: true });
  const database = openStore({ store: hooks.store ?? 'sqlite', source: null, data_dir: folder });
  await database.migrate();
  const by = { actor: 'test', at: hooks.at };
  const derive = gateSecret(folder, 'derive');
  const made = await database.transact(async (trx) => {
    const change = { actor: 'test', now: hooks.at };
    const sync = await addEngine(
      trx,
      {
        name: 'sync',
        senderDomains: [ENGINES.sync],
        loopbackWithoutAuth: true,
        answer: 'sync',
        webhookUrl: hooks.webhookUrl,
      },
      change,
    );
    await addEngine(
      trx,
      {
        name: 'async',
        senderDomains: [ENGINES.async],
        loopbackWithoutAuth: true,
        answer: 'async',
        // The first one refuses every connection.
        upstreams: ['refusing', 'provider'],
      },
      change,
    );
    await addPeople(trx, by);
    const key = await addApiKey(trx, sync.id, { kind: 'bearer', derive, actor: 'test', now: hooks.at });
    const user = await addUser(
      trx,
      { email: 'reviewer@gate.test', name: 'Reviewer', role: 'admin', passwordHash: 'none' },
      change,
    );
    const { token } = await beginSession(trx, user, {
      method: 'password',
      lengths: { idleMs: 43_200_000, absoluteMs: 7 * 86_400_000 },
      origin: { address: '127.0.0.1', userAgent: 'test' },
      now: hooks.at,
    });
    return { key, token };
  });
  await database.close();
  if (made.key.kind !== 'bearer') throw new Error('not a bearer key');
  return {
    folder,
    apiKey: made.key.key,
    session: { cookie: `presend_session=${made.token}`, csrf: csrfToken(made.token) },
  };
}

async function addPeople(trx: Trx, by: { actor: string; at: number }): Promise<void> {
  for (const kind of Object.keys(PEOPLE) as (keyof typeof PEOPLE)[]) {
    for (let i = 0; i < PEOPLE[kind]; i += 1) {
      const address = addressOf(kind, i);
      const company = await createCompany(
        trx,
        {
          name: `Company ${kind} ${i}`,
          headcount: kind === 'chief' ? 5_000 : 300,
          funding_stage: 'series_b',
          funding_amount_usd: 20_000_000,
          funding_confidence: kind === 'rumour' ? 'low' : 'high',
          account_owner: `owner-${i}@owners.example`,
        },
        by,
      );
      await createProspect(
        trx,
        {
          address,
          company_id: company.id,
          recipient_role: kind === 'chief' ? 'cto' : 'vp_eng',
          ...(kind === 'disqualified' ? { disqualifiers: ['do_not_contact'] } : {}),
        },
        by,
      );
      if (kind === 'opted-out') {
        const optOut = { kind: 'address' as const, value: address, channel: 'email' };
        await addSuppression(trx, { ...optOut, reason: null, source: 'test' }, by);
      }
    }
  }
}
