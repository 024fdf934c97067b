import { expect, test } from 'vitest';
import { auditWords } from '../../src/insight/audit-words.ts';
import type { AuditPage } from '../../src/insight/web-types.ts';
import { recordAudit } from '../../src/store/audit.ts';
import { startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';

async function gateWithLog() {
  const gate = await startGate();
  const { database } = gate.app;
  const base = Date.UTC(2026, 0, 1);
  await database.transact(async (trx) => {
    for (let i = 0; i < 130; i += 1) {
      await recordAudit(trx, {
        at: base + i * 3_600_000,
        actor: i % 10 === 0 ? 'ida@gate.test' : 'bo@gate.test',
        subject: { type: i % 2 ? 'rubric' : 'engine', id: `s${i % 5}` },
        action: i % 3 ? 'changed' : 'added',
        before: { mode: 'enforce', n: i },
        after: { mode: 'stopped', n: i },
        detail: { note: `entry number ${i}` },
      });
    }
    await recordAudit(trx, {
      at: base,
      actor: 'bo',
      subject: { type: 'crm', id: '=HYPERLINK(0)' },
      action: 'added',
    });
  });
  return { gate, auditor: await signIn(gate, { role: 'auditor' }), base };
}

test('the log is read page by page, newest first, without gaps or repeats', async () => {
  const { auditor } = await gateWithLog();
  const seen: number[] = [];
  let next: number | null = null;
  do {
    const { body }: { body: AuditPage } = await auditor.get(
      `/audit?q=entry${next === null ? '' : `&before=${next}`}`,
    );
    seen.push(...body.items.map(({ id }) => id));
    next = body.next;
  } while (next !== null);
  expect(seen).toHaveLength(130);
  expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => b - a));
});

test('filters by actor, subject, action, kind, time and words narrow it, together', async () => {
  const { auditor, base } = await gateWithLog();
  const count = async (query: string): Promise<number> =>
    (await auditor.get<AuditPage>(`/audit?${query}`)).body.items.length;
  expect(await count('actor=ida')).toBe(13);
  expect(await count('subject=s1')).toBe(26);
  expect(await count('type=rubric&actor=ida')).toBe(0);
  // And the two engines that the gate and the test itself added.
  expect(await count('action=added,exported&type=engine')).toBe(22 + 2);
  expect(await count(`from=${base + 10 * 3_600_000}&to=${base + 20 * 3_600_000}`)).toBe(10);
  expect(await count('from=2026-01-02&to=2026-01-03T00:00Z&actor=bo')).toBe(22);
  expect(await count('q=entry%20NUMBER%2012')).toBe(12);
  expect(await count('q=100%25')).toBe(0);
  const { status, body } = await auditor.get('/audit?from=soon');
  expect([status, Object.keys(body.error.fields)]).toEqual([400, ['from']]);
});

test('an entry says before → after in words', async () => {
  const { auditor } = await gateWithLog();
  const page = (await auditor.get<AuditPage>('/audit?subject=s0&actor=ida')).body;
  expect(page.items[0]?.words).toEqual(['mode: enforce → stopped', 'note: entry number 120']);
  expect(auditWords({ from: 'held', to: 'relaying', hold_reason: 'c_level' })).toEqual([
    'held → relaying',
    'hold reason: c_level',
  ]);
  expect(auditWords({ after: { name: 'x', secret: null } })).toEqual(['name: x', 'secret: nothing']);
  expect(auditWords({ before: 1, after: 2 })).toEqual(['1 → 2']);
});

test('an export is the whole of what is asked for, is audited itself, and holds no formula', async () => {
  const { auditor } = await gateWithLog();
  const { status, body } = await auditor.get<string>('/audit/export?format=csv&type=rubric');
  expect(status).toBe(200);
  const lines = body.trim().split('\n');
  expect(lines[0]).toBe('id,at,actor,subject_type,subject_id,action,detail');
  expect(lines).toHaveLength(1 + 65);
  // Signing in and both exports stand in it too.
  const json = await auditor.get('/audit/export?format=json&actor=gate.test');
  expect(json.body).toHaveLength(130 + 3);
  expect(json.body[0]).toMatchObject({ actor: 'auditor@gate.test', action: 'exported' });
  const formula = await auditor.get<string>('/audit/export?subject=%3DHYPERLINK(0)');
  expect(formula.body).toContain(",'=HYPERLINK(0),");
});

test('reviewers do not read the log', async () => {
  const { gate } = await gateWithLog();
  const reviewer = await signIn(gate, { role: 'reviewer' });
  for (const path of ['/audit', '/audit/values', '/audit/export']) {
    expect((await reviewer.get(path)).status).toBe(403);
  }
});
