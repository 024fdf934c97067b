import { expect, test } from 'vitest';
import { affectedBy } from '../../src/crm/affected.ts';
import type {
  Affected,
  EditResult,
  GridPage,
  ImportJobView,
  ImportPreview,
  RecordView,
  RevisionView,
} from '../../src/crm/web-types.ts';
import { addProspect, startGate, type TestGate } from '../support/gate.ts';
import { type SignedIn, signIn } from '../support/sign-in.ts';

/** A pass for every rule but c_level: 3000 employees and a CTO. */
async function heldGate(): Promise<{ gate: TestGate; ann: SignedIn; prospect: string; company: string }> {
  const gate = await startGate({ config: { decisions: { ESCALATE: 'hold' } } });
  const prospect = await addProspect(gate, 'jane@acme.example', {
    prospect: { recipient_role: 'cto', name: 'Jane Roe' },
    company: { name: 'Acme', domain: 'acme.example', headcount: 3000 },
  });
  await gate.send({ to: 'jane@acme.example' });
  await gate.until((all) => all[0]?.state === 'held', 'held');
  const ann = await signIn(gate);
  const { body } = await ann.get<RecordView>(`/crm/prospects/${prospect}`);
  return { gate, ann, prospect, company: body.company?.id ?? '' };
}

test('a page is sorted, filtered and searched by the gate, with totals', async () => {
  const gate = await startGate();
  for (const name of ['carl', 'anna', 'bert'])
    await addProspect(gate, `${name}@acme.example`, {
      prospect: { name: name.toUpperCase(), disqualifiers: name === 'bert' ? ['local_only'] : [] },
      company: { name: `${name} works`, headcount: name.length * 100, city: 'Łódź' },
    });
  const ann = await signIn(gate);
  const labels = async (path: string): Promise<string[]> => {
    const { body } = await ann.get<GridPage>(path);
    expect(body.total).toBeGreaterThanOrEqual(body.rows.length);
    return body.rows.map(({ label }) => label.split('@')[0]);
  };
  expect(await labels('/crm/prospects?sort=name&f.address=@acme')).toEqual(['anna', 'bert', 'carl']);
  expect(await labels('/crm/prospects?sort=company_id&dir=desc&f.address=@acme')).toEqual([
    'carl',
    'bert',
    'anna',
  ]);
  expect(await labels('/crm/prospects?sort=address&limit=1&offset=1&f.address=@acme')).toEqual(['bert']);
  expect(await labels('/crm/prospects?f.disqualifiers=local_only&f.address=@acme')).toEqual(['bert']);
  expect(await labels('/crm/prospects?f.disqualifiers=(empty)&sort=name&f.address=@acme')).toEqual([
    'anna',
    'carl',
  ]);
  expect(await labels('/crm/prospects?q=anna%20works')).toEqual(['anna']);
  expect(await labels('/crm/prospects?f.company_id=bert%20works')).toEqual(['bert']);
  expect(await labels('/crm/prospects?q=100%25')).toEqual([]);
  expect((await ann.get<GridPage>('/crm/companies?f.headcount=400..400&q=works')).body.total).toBe(3);
  expect((await ann.get<GridPage>('/crm/companies?f.headcount=401..&q=works')).body.total).toBe(0);
  expect((await ann.get<GridPage>('/crm/companies?f.headcount=399.5..1e300&q=works')).body.total).toBe(3);
  const { body: page } = await ann.get<GridPage>('/crm/prospects?f.name=ANNA&f.address=@acme');
  expect(page.total).toBe(1);
  expect(page.rows[0]?.labels).toEqual({ company_id: 'anna works' });
  expect((await ann.get('/crm/prospects?sort=shoe_size')).body.error.fields.sort).toMatch(
    /Write one of address/u,
  );
  expect((await ann.get('/crm/prospects?f.shoe_size=1')).status).toBe(400);
});

test('a cell is checked as an import checks it, and says what is allowed', async () => {
  const { ann, company, prospect } = await heldGate();
  const bad = await ann.send('PATCH', `/crm/companies/${company}`, {
    fields: { headcount: '12-50', funding_amount_usd: '99999999999B', funding_confidence: 'sure' },
  });
  expect(bad.status).toBe(400);
  expect(bad.body.error.fields).toEqual({
    headcount: 'Headcount "12-50" is a range: write one number, the upper end when unsure.',
    funding_amount_usd:
      'Funding, USD "99999999999B" is not an amount in US dollars: write e.g. 12000000 or 12M.',
    funding_confidence:
      'Funding confidence "sure" is not known: write one of high, medium, low, insufficient_signal.',
  });
  const unknown = await ann.send('PATCH', `/crm/prospects/${prospect}`, {
    fields: { company_id: 'Nowhere Inc' },
  });
  expect(unknown.body.error.fields.company_id).toMatch(/There is no company "Nowhere Inc"/u);
  const good = await ann.send<EditResult>('PATCH', `/crm/companies/${company}`, {
    fields: { funding_amount_usd: '12M', disqualifiers: ['local_only', 'Anti Offshore'] },
  });
  expect(good.body.record?.values).toMatchObject({
    funding_amount_usd: 12_000_000,
    disqualifiers: ['local_only', 'anti_offshore'],
  });
  const taken = await ann.send('POST', '/crm/prospects', { fields: { address: 'JANE@acme.example' } });
  expect(taken.status).toBe(409);
  const needs = await ann.send('POST', '/crm/suppressions', { fields: { channel: 'all' } });
  expect(needs.body.error.fields.target).toMatch(/is needed: jane@example.com, or @example.com/u);
  const freemail = await ann.send('POST', '/crm/suppressions', {
    fields: { target: '@gmail.com', channel: 'all' },
  });
  expect(freemail.body.error.fields.target).toMatch(/personal mailboxes/u);
});

test('who would be affected is told beforehand, is what then happens, and a revert brings it back', async () => {
  const { gate, ann, company } = await heldGate();
  const path = `/crm/companies/${company}`;
  const { body: affected } = await ann.send<Affected>('POST', `${path}/affected`, {
    fields: { headcount: '1500' },
  });
  expect(affected).toMatchObject({ looked_at: 1, touched: 1, complete: true, loosens: null });
  expect(affected.changed).toMatchObject([
    {
      recipient: 'jane@acme.example',
      from: { decision: 'ESCALATE', reason: 'c_level' },
      to: { decision: 'PASS', reason: null },
    },
  ]);
  // Only asked: nothing is written, no revision, no verdict.
  expect((await ann.get<RecordView>(path)).body.record.values['headcount']).toBe(3000);
  expect((await ann.get<RevisionView[]>(`${path}/history`)).body).toHaveLength(1);
  expect(
    (await ann.send<Affected>('POST', `${path}/affected`, { fields: { city: 'Oslo' } })).body.changed,
  ).toEqual([]);

  const { body: edited } = await ann.send<EditResult>('PATCH', path, { fields: { headcount: '1500' } });
  expect(edited.rejudged).toMatchObject({ touched: 1, pending: 0 });
  expect(edited.rejudged.changed).toMatchObject([{ to: { decision: 'PASS', reason: 'c_level' } }]);
  const [delivery] = await gate.deliveries();
  // It passes now, and only a person releases it.
  expect(delivery).toMatchObject({ state: 'held', decision: 'PASS' });

  const { body: history } = await ann.get<RevisionView[]>(`${path}/history`);
  expect(history[0]).toMatchObject({
    actor: ann.account.email,
    what: 'changed',
    changes: [{ field: 'headcount', before: 3000, after: 1500 }],
  });
  const back = await ann.send<EditResult>('POST', `${path}/revisions/${history[0].id}/revert`);
  expect(back.body.record?.values['headcount']).toBe(3000);
  expect(back.body.rejudged.changed).toMatchObject([{ to: { decision: 'ESCALATE', reason: 'c_level' } }]);
  expect((await ann.get<RevisionView[]>(`${path}/history`)).body[1].reverted_by).toBe(back.body.revision_id);
});

test.each([
  ['prospects', { opt_out_channels: ['email'] }, 'opt_out'],
  ['prospects', { disqualifiers: ['competitor'] }, 'disqualifier'],
  ['companies', { disqualifiers: 'do_not_contact' }, 'disqualifier'],
] as const)('the rehearsal of %s %j and the edit itself agree', async (table, fields, rule) => {
  const { gate, ann, prospect, company } = await heldGate();
  const path = `/crm/${table}/${table === 'prospects' ? prospect : company}`;
  const { body } = await ann.send<Affected>('POST', `${path}/affected`, { fields });
  expect(body.changed).toMatchObject([{ to: { decision: 'SUPPRESS', reason: rule } }]);
  const edit = await ann.send<EditResult>('PATCH', path, { fields });
  expect(edit.body.rejudged.changed).toMatchObject([{ to: { decision: 'SUPPRESS', reason: rule } }]);
  expect((await gate.deliveries())[0].state).toBe('suppressed');
});

test('suppressions, commitments and peers are judged as if they were there', async () => {
  const gate = await startGate();
  const count = async () =>
    (await gate.app.database.db.selectFrom('suppressions').select('id').execute()).length;
  const before = await count();
  await addProspect(gate, 'jane@sub.acme.example', { company: { funding_confidence: 'low' } });
  await gate.send({ to: 'jane@sub.acme.example', text: 'Congratulations on the $20M Series B you raised!' });
  await gate.until((all) => all[0]?.state === 'held', 'held');
  const ann = await signIn(gate);
  const asked = await ann.send<Affected>('POST', '/crm/suppressions/affected', {
    fields: { target: '@acme.example', channel: 'email' },
  });
  expect(asked.body.changed).toMatchObject([{ to: { decision: 'SUPPRESS', reason: 'opt_out' } }]);
  const other = await ann.send<Affected>('POST', '/crm/suppressions/affected', {
    fields: { target: '@acme.example', channel: 'sms' },
  });
  expect(other.body).toMatchObject({ changed: [], touched: 1 });
  const elsewhere = await ann.send<Affected>('POST', '/crm/suppressions/affected', {
    fields: { target: '@elsewhere.example', channel: 'email' },
  });
  expect(elsewhere.body).toMatchObject({ changed: [], touched: 0 });
  const peer = await ann.send<Affected>('POST', '/crm/peers/affected', { fields: { name: 'Globex' } });
  expect(peer.body).toMatchObject({ changed: [], looked_at: 1, touched: 1, complete: true });
  const general = await ann.send<Affected>('POST', '/crm/commitments/affected', {
    fields: { subject: 'Backend bench', starts: '2026-01-01' },
  });
  expect(general.body.looked_at).toBe(1);
  expect(await count()).toBe(before);
});

test('what there is no time to look at is told', async () => {
  const { gate, company } = await heldGate();
  const deps = {
    database: gate.app.database,
    judgeHeld: () => Promise.reject(new Error('there was no time for this')),
    reasonOf: () => null,
    rejudgeNow: async () => {},
    budgetMs: -1,
  };
  const edit = {
    type: 'change',
    table: 'companies',
    id: company,
    cells: { city: 'Oslo' },
    version: null,
  } as const;
  expect(await affectedBy(deps, edit, { actor: 'test', at: Date.now() })).toEqual({
    changed: [],
    looked_at: 0,
    touched: 1,
    complete: false,
    loosens: null,
  });
});

test('two admins on one cell: the later one is told who changed what, and loses nothing of others', async () => {
  const { gate, ann, company } = await heldGate();
  const ben = await signIn(gate, { email: 'ben@gate.test' });
  const path = `/crm/companies/${company}`;
  const { version } = (await ann.get<RecordView>(path)).body.record;
  await ben.send('PATCH', path, { fields: { headcount: '900' }, version });
  const late = await ann.send('PATCH', path, { fields: { headcount: '800' }, version });
  expect(late.status).toBe(409);
  expect(late.body.error.fields.headcount).toBe(
    'ben@gate.test changed headcount from "3000" to "900" meanwhile.',
  );
  // Another cell of the same record is nobody's conflict.
  expect((await ann.send('PATCH', path, { fields: { city: 'Oslo' }, version })).status).toBe(200);
  expect((await ann.send('DELETE', path, { version })).status).toBe(409);
});

test('an opt-out is taken back only with a reason, which is audited', async () => {
  const { gate, ann, prospect } = await heldGate();
  const path = `/crm/prospects/${prospect}`;
  await ann.send('PATCH', path, { fields: { opt_out_channels: 'email' } });
  const bare = await ann.send('PATCH', path, { fields: { opt_out_channels: '' } });
  expect(bare.status).toBe(400);
  expect(bare.body.error.fields.reason).toBeDefined();
  // A new address takes nothing back: the opt-out follows, and the old address keeps it.
  const moved = await ann.send('PATCH', path, { fields: { address: 'jane@elsewhere.example' } });
  expect(moved.status).toBe(200);
  const told = await ann.send<EditResult>('PATCH', path, {
    fields: { opt_out_channels: '' },
    reason: 'Jane wrote that she wants our mail',
  });
  expect(told.body.record?.values['opt_out_channels']).toEqual([]);

  const added = await ann.send<EditResult>('POST', '/crm/suppressions', {
    fields: { target: 'bob@acme.example', channel: 'all', reason: 'by phone' },
  });
  const suppression = `/crm/suppressions/${added.body.record?.id}`;
  expect((await ann.send('DELETE', suppression)).status).toBe(400);
  expect((await ann.send('PATCH', suppression, { fields: { channel: 'sms' } })).status).toBe(400);
  const undo = `${suppression}/revisions/${added.body.revision_id}/revert`;
  expect((await ann.send('POST', undo)).body.error.fields.reason).toBeDefined();
  expect((await ann.send('POST', undo, { reason: 'typed by mistake' })).status).toBe(200);

  const entries = await gate.app.database.db
    .selectFrom('audit')
    .selectAll()
    .where('subject_type', 'in', ['prospect', 'suppression'])
    .orderBy('id')
    .execute();
  expect(entries.map(({ action, actor }) => [action, actor])).toEqual(
    ['changed', 'created', 'changed', 'changed', 'created', 'reverted'].map((action) => [
      action,
      ann.account.email,
    ]),
  );
  expect(JSON.parse(entries[3].detail)).toMatchObject({
    before: { opt_out_channels: ['email'] },
    after: { opt_out_channels: [] },
    reason: 'Jane wrote that she wants our mail',
    loosens: 'jane@elsewhere.example loses opt_out_channels email',
  });
});

test('a record shows what belongs to it', async () => {
  const { ann, prospect, company } = await heldGate();
  await ann.send('POST', '/crm/suppressions', { fields: { target: '@acme.example', channel: 'sms' } });
  await ann.send('POST', '/crm/commitments', {
    fields: { subject: 'Bench', prospect_id: 'jane@acme.example' },
  });
  const { body } = await ann.get<RecordView>(`/crm/prospects/${prospect}`);
  expect(body).toMatchObject({
    record: { label: 'jane@acme.example' },
    company: { label: 'Acme' },
    suppressions: [{ label: '@acme.example' }],
    commitments: [{ label: 'Bench', labels: { prospect_id: 'jane@acme.example' } }],
    held: [{ recipient: 'jane@acme.example', reason: 'c_level' }],
    held_total: 1,
  });
  const { body: of } = await ann.get<RecordView>(`/crm/companies/${company}`);
  expect(of).toMatchObject({ prospects: [{ id: prospect }], prospects_total: 1, held_total: 1 });
  expect((await ann.get('/crm/prospects/p_none')).status).toBe(404);
  expect((await ann.get('/crm/suppressions/abc')).status).toBe(404);
  expect((await ann.send('DELETE', `/crm/companies/${company}`)).body.error.message).toMatch(
    /still has prospects/u,
  );
});

const FILE = [
  'Email,Company Name,Employees,Opt Outs,Shoe size',
  'jane@acme.example,Acme,1500,,41',
  'bob@acme.example,Acme,,email,',
  'nobody,Acme,,,',
  'eve@acme.example,Acme,,fax,',
].join('\n');

async function finished(ann: SignedIn, id: string): Promise<ImportJobView> {
  for (;;) {
    const { body } = await ann.get<ImportJobView>(`/crm/jobs/${id}`);
    if (body.state !== 'running') return body;
  }
}

test('a file is previewed with every bad row, imported without them when asked, and taken back as a whole', async () => {
  const { gate, ann, company } = await heldGate();
  const total = async (query = ''): Promise<number> =>
    (await ann.get<GridPage>(`/crm/prospects${query}`)).body.total;
  const before = await total();
  const revisions = async (): Promise<number> =>
    (await gate.app.database.db.selectFrom('revisions').select('id').execute()).length;
  const written = await revisions();
  const { body: seen } = await ann.upload<ImportPreview>('/crm/import/prospects/preview?name=a.csv', FILE);
  expect(seen).toMatchObject({ rows: 4, new: 1, changed: 1, refused: 2, name: 'a.csv' });
  expect(seen.bad).toEqual([
    {
      row: 4,
      field: 'address',
      message: 'address "nobody" is not a mail address: write e.g. jane@example.com',
    },
    {
      row: 5,
      field: 'opt_out_channels',
      message: expect.stringMatching(/"fax" is not a channel: write one of/u),
    },
  ]);
  expect(seen.columns).toEqual([
    { heading: 'Email', field: 'address' },
    { heading: 'Company Name', field: 'company' },
    { heading: 'Employees', field: 'company_headcount' },
    { heading: 'Opt Outs', field: 'opt_out_channels' },
    { heading: 'Shoe size', field: null },
  ]);
  expect(seen.first[0]).toEqual({ row: 2, cells: ['jane@acme.example', 'Acme', '1500', '', '41'] });
  expect(await revisions()).toBe(written);

  const { body: refused } = await ann.send<ImportJobView>('POST', `/crm/import/${seen.id}/apply`);
  expect(await finished(ann, refused.id)).toMatchObject({ state: 'failed', import_id: null });
  expect((await ann.send('POST', `/crm/import/${seen.id}/apply`)).status).toBe(409);

  const again = (await ann.upload<ImportPreview>('/crm/import/prospects/preview?name=a.csv', FILE)).body;
  const remapped = await ann.send<ImportPreview>('POST', `/crm/import/${again.id}/columns`, {
    columns: { 'Shoe size': 'title', 'Opt Outs': null },
  });
  expect(remapped.body).toMatchObject({ refused: 1, new: 2 });
  await ann.send('POST', `/crm/import/${again.id}/apply`, { leave_out_bad: true });
  const job = await finished(ann, again.id);
  expect(job).toMatchObject({ state: 'done', new: 2, left_out: 1, rows: 4, rows_done: 4 });
  expect((await ann.get<RecordView>(`/crm/companies/${company}`)).body.record.values['headcount']).toBe(1500);
  expect(await total('?f.title=41')).toBe(1);

  const reverted = await ann.send('POST', `/crm/imports/${job.import_id}/revert`);
  expect(reverted.body.reverted).toBe(4);
  expect(await total()).toBe(before);
  expect((await ann.get<RecordView>(`/crm/companies/${company}`)).body.record.values['headcount']).toBe(3000);
  expect((await ann.get<ImportJobView>(`/crm/jobs/${job.id}`)).body.state).toBe('reverted');
});

test('an import never loosens an opt-out, and taking one back that added some asks why', async () => {
  const { ann, prospect } = await heldGate();
  await ann.send('PATCH', `/crm/prospects/${prospect}`, {
    fields: { opt_out_channels: 'email', disqualifiers: 'local_only' },
  });
  const file = 'email,opt_out_channels,disqualifiers\njane@acme.example,null,none\nnew@acme.example,all,\n';
  const { body: seen } = await ann.upload<ImportPreview>('/crm/import/prospects/preview', file);
  expect(seen.notes.map(({ message }) => message)).toEqual([
    expect.stringMatching(/keeps disqualifiers local_only/u),
    expect.stringMatching(/keeps opt_out_channels email/u),
  ]);
  await ann.send('POST', `/crm/import/${seen.id}/apply`);
  const job = await finished(ann, seen.id);
  expect((await ann.get<RecordView>(`/crm/prospects/${prospect}`)).body.record.values).toMatchObject({
    opt_out_channels: ['email'],
    disqualifiers: ['local_only'],
  });
  const path = `/crm/imports/${job.import_id}/revert`;
  expect((await ann.send('POST', path)).body.error.fields.reason).toBeDefined();
  expect((await ann.send('POST', path, { reason: 'the wrong file' })).body.reverted).toBe(1);
});

test('an export has the grid’s filter, guards against formulas, and changes nothing when imported again', async () => {
  const { gate, ann, prospect } = await heldGate();
  const nasty = [
    `=HYPERLINK("http://x.example")`,
    '+1 555 0100',
    '-5',
    '@SUM(A1)',
    `'=quoted`,
    `'plain`,
    'a,b\n"c"',
  ];
  for (const [i, name] of nasty.entries())
    await ann.send('POST', '/crm/prospects', {
      fields: { address: `n${i}@acme.example`, name, title: name, company_id: 'Acme' },
    });
  await ann.send('POST', '/crm/suppressions', {
    fields: { target: '@x.example', channel: 'sms', reason: '=1+1' },
  });
  await ann.send('POST', '/crm/commitments', {
    fields: { subject: '@bench', prospect_id: 'jane@acme.example' },
  });
  await ann.send('POST', '/crm/peers', { fields: { name: 'Globex', city: '-', industry: '+' } });
  const { body: filtered } = await ann.get<string>('/crm/prospects/export.csv?f.name=jane');
  expect(filtered.split('\n')).toHaveLength(3);
  expect(filtered).toContain(prospect);

  const before = await everything(gate);
  for (const kind of ['companies', 'prospects', 'suppressions', 'commitments', 'peers'] as const) {
    const { body: csv } = await ann.get<string>(`/crm/${kind}/export.csv`);
    expect(csv).not.toMatch(/(?:^|,)"?[=+@-]/mu);
    const { body: seen } = await ann.upload<ImportPreview>(`/crm/import/${kind}/preview`, csv);
    expect(seen).toMatchObject({ new: 0, changed: 0, refused: 0 });
    expect(seen.unchanged).toBeGreaterThan(0);
    await ann.send('POST', `/crm/import/${seen.id}/apply`);
    expect(await finished(ann, seen.id)).toMatchObject({ state: 'done', import_id: null });
  }
  expect(await everything(gate)).toEqual(before);
});

async function everything(gate: TestGate): Promise<unknown> {
  const { db } = gate.app.database;
  const tables = ['companies', 'prospects', 'suppressions', 'commitments', 'peers'] as const;
  return await Promise.all(
    tables.map(async (table) =>
      (await db.selectFrom(table).selectAll().orderBy('id').execute()).map((row) => ({
        ...row,
        updated_at: 0,
      })),
    ),
  );
}

test('reading is for everybody with an account, changing for admins', async () => {
  const { gate, ann, prospect } = await heldGate();
  const reviewer = await signIn(gate, { role: 'reviewer' });
  expect((await reviewer.get('/crm/prospects')).status).toBe(200);
  expect((await reviewer.get('/crm/prospects/export.csv')).status).toBe(200);
  const path = `/crm/prospects/${prospect}`;
  expect((await reviewer.send('PATCH', path, { fields: { title: 'x' } })).status).toBe(403);
  expect((await reviewer.send('POST', `${path}/affected`, { fields: { title: 'x' } })).status).toBe(403);
  expect((await reviewer.upload('/crm/import/peers/preview', 'name\nx\n')).status).toBe(403);
  const { body: seen } = await ann.upload<ImportPreview>('/crm/import/peers/preview', 'name\nx\n');
  const ben = await signIn(gate, { email: 'ben@gate.test' });
  // A preview is its uploader's.
  expect((await ben.send('POST', `/crm/import/${seen.id}/apply`)).status).toBe(409);
  const latin = await ann.upload('/crm/import/peers/preview', 'name\nM\uFFFDller\n');
  expect(latin.body.error.message).toMatch(/line 2: is not UTF-8 text/u);
});
