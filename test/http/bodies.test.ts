import { gzipSync } from 'node:zlib';
import { parse as parseCsv } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseStrictYaml } from '../../src/config/strict-yaml.ts';
import { oddJson } from '../../src/http/odd-json.ts';
import type { Endpoint } from '../../src/http/endpoint.ts';
import { readCsv } from '../../src/crm/csv-read.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { parseJson } from '../../src/intake/json-body.ts';
import { readForm } from '../../src/message/form.ts';
import { startGate } from '../support/gate.ts';
import { type SignedIn, signIn } from '../support/sign-in.ts';
import { ask } from './ask.ts';

/**
 * Objects whose names are data; what is no name there is refused where they are used (tried below). A record for the playground
 * is a prospect's as any CRM may word it: it is read by the names that are known, and nothing is stored under the others.
 */
const FREE_NAMES = [
  /^(?:post|patch) \/crm\/\w+\S* body\.fields: any name$/u,
  // A cell that is JSON itself: the signals of a prospect.
  /^(?:post|patch) \/crm\/\w+\S* body\.fields\.\*(?:: any name|\.\*: anything)$/u,
  /^post \/crm\/import\/:id\/columns body\.columns: any name$/u,
  /^(?:post|patch) \/settings\/engines\S* body\.decisions: any name$/u,
  /^post \/playground\/(?:judge|cases) body\.record(?:: any name|\.\*: anything)$/u,
];

/** The places of a schema where a field that nobody named would be let in. */
function open(schema: z.core.$ZodType, path: string, seen = new Set<unknown>()): string[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const { def } = (schema as unknown as { _zod: { def: Record<string, unknown> & { type: string } } })._zod;
  const inside = (part: unknown, name = ''): string[] =>
    open(part as z.core.$ZodType, name === '' ? path : `${path}.${name}`, seen);
  switch (def.type) {
    case 'object': {
      const rest = def['catchall'] as { _zod: { def: { type: string } } } | undefined;
      const fields = Object.entries(def['shape'] as Record<string, unknown>);
      return [
        ...(rest?._zod.def.type === 'never' ? [] : [`${path}: any field`]),
        ...fields.flatMap(([name, field]) => inside(field, name)),
      ];
    }
    case 'record':
      return [`${path}: any name`, ...inside(def['valueType'], '*')];
    case 'unknown':
    case 'any':
      return [`${path}: anything`];
    case 'array':
      return inside(def['element'], '[]');
    case 'tuple':
      return (def['items'] as unknown[]).flatMap((one) => inside(one, '[]'));
    case 'union':
      return (def['options'] as unknown[]).flatMap((one) => inside(one));
    case 'intersection':
      return [...inside(def['left']), ...inside(def['right'])];
    case 'pipe':
      return [...inside(def['in']), ...inside(def['out'])];
    case 'lazy':
      return inside((def['getter'] as () => unknown)());
    default:
      return def['innerType'] === undefined ? [] : inside(def['innerType']);
  }
}

const name = ({ method, path }: Endpoint): string => `${method} ${path}`;

const asJson = (cookie: string, csrf: string) => ({
  cookie,
  'x-csrf-token': csrf,
  'content-type': 'application/json',
});

/** Calls an endpoint whose parameters name nothing. */
const call = (user: SignedIn, one: Endpoint, body: unknown) =>
  user.send(one.method.toUpperCase() as 'POST', one.path.replaceAll(/:\w+/gu, 'none'), body);

describe('Mass assignment', () => {
  test('every object in every body and query names its fields, or is one of the few whose names are data', async () => {
    const gate = await startGate();
    const places = gate.app.endpoints.flatMap((one) => [
      ...(one.body instanceof z.ZodType ? open(one.body, `${name(one)} body`) : []),
      ...(one.query === null ? [] : open(one.query, `${name(one)} query`)),
    ]);
    expect(places.filter((place) => !FREE_NAMES.some((known) => known.test(place)))).toEqual([]);
    for (const known of FREE_NAMES) expect(places.some((place) => known.test(place))).toBe(true);
  });

  test('every endpoint refuses a field that it does not know, and says which', async () => {
    const gate = await startGate();
    const admin = await signIn(gate, { role: 'admin' });
    for (const one of gate.app.endpoints.filter(({ body }) => body instanceof z.ZodType)) {
      const { status, body } = await call(admin, one, { nobody_named_this: 1 });
      expect([status, body.error?.fields?.nobody_named_this], name(one)).toEqual([
        400,
        expect.stringMatching(/^is unknown/u),
      ]);
    }
    for (const one of gate.app.endpoints.filter(({ query }) => query !== null)) {
      const path = `${one.path.replaceAll(/:\w+/gu, 'none')}?nobody_named_this=1`;
      const { status, body } =
        one.method === 'get'
          ? await admin.get(path)
          : await admin.send(one.method.toUpperCase() as 'POST', path);
      expect([status, body.error?.fields?.nobody_named_this], name(one)).toEqual([
        400,
        expect.stringMatching(/^is unknown/u),
      ]);
    }
  });

  test('a name that is data must be one that is known where it is used', async () => {
    const gate = await startGate();
    const admin = await signIn(gate, { role: 'admin' });
    const engine = await gate.app.database.db.selectFrom('engines').selectAll().executeTakeFirstOrThrow();
    const kept = async () => [
      await gate.app.database.db.selectFrom('prospects').selectAll().execute(),
      await gate.app.database.db.selectFrom('companies').selectAll().execute(),
      await gate.app.database.db.selectFrom('engines').selectAll().execute(),
    ];
    const before = await kept();
    const tries: [method: 'POST' | 'PATCH', path: string, body: unknown][] = [
      ['POST', '/crm/companies', { fields: { name: 'Acme', nobody_named_this: 1 } }],
      ['POST', '/crm/companies', { fields: { name: 'Acme', created_at: 1 } }],
      ['POST', '/crm/prospects', { fields: { address: 'a@b.example', erased_at: 1, revision: 7 } }],
      ['POST', '/crm/peers', { fields: { name: 'Acme', constructor: 'x' } }],
      ['POST', '/crm/suppressions', { fields: { address: 'a@b.example', created_at: 1 } }],
      ['POST', '/settings/engines', { name: 'x', domains: ['a.example'], decisions: { NOBODY: 'relay' } }],
      ['PATCH', `/settings/engines/${engine.id}`, { decisions: { SUPPRESS: 'relay' } }],
      ['PATCH', `/settings/engines/${engine.id}`, { decisions: { toString: 'relay' } }],
    ];
    for (const [method, path, body] of tries) {
      const { status } = await admin.send(method, path, body);
      expect([400, 409], `${path} ${JSON.stringify(body)}`).toContain(status);
    }
    expect(await kept()).toEqual(before);
  });

  test('nobody gives themselves a role, a right, another’s account or a longer session', async () => {
    const gate = await startGate();
    const reviewer = await signIn(gate, { role: 'reviewer' });
    const before = await gate.app.database.db.selectFrom('users').selectAll().execute();
    for (const extra of [
      { role: 'admin' },
      { id: 'another' },
      { email: 'admin@gate.test' },
      { provider_only: false },
      { disabled_at: null },
      { totp_secret: null },
      { scopes: ['admin'] },
    ]) {
      const { status } = await reviewer.send('PATCH', '/account', { name: 'Eve', ...extra });
      expect(status, JSON.stringify(extra)).toBe(400);
    }
    const token = { name: 'T', scopes: ['read'], days: 1 };
    for (const extra of [
      { scopes: ['admin'] },
      { user_id: 'another' },
      { days: 100_000 },
      { token: 'mine' },
    ]) {
      expect((await reviewer.send('POST', '/account/tokens', { ...token, ...extra })).status).toBe(400);
    }
    expect(await gate.app.database.db.selectFrom('users').selectAll().execute()).toEqual(before);
    expect(await gate.app.database.db.selectFrom('api_tokens').selectAll().execute()).toEqual([]);
  });
});

describe('A body that is an attack on what reads it', () => {
  test('changes no prototype, by whatever reader it comes: JSON, forms, YAML, CSV', async () => {
    const gate = await startGate();
    const { cookie, csrf } = await signIn(gate, { role: 'admin' });
    const headers = asJson(cookie, csrf);
    const bodies = [
      '{"__proto__":{"polluted":1},"name":"Eve"}',
      '{"name":"Eve","constructor":{"prototype":{"polluted":1}}}',
      '{"fields":{"__proto__":{"polluted":1}}}',
      '{"fields":{"available_signals":{"a":{"__proto__":{"polluted":1}}}}}',
      '{"record":{"\\u005f_proto__":{"polluted":1}}}',
    ];
    for (const body of bodies) {
      for (const path of [
        '/api/account',
        '/api/crm/prospects',
        '/api/playground/judge',
        '/api/settings/engines',
      ]) {
        const method = path === '/api/account' ? 'PATCH' : 'POST';
        const { status } = await ask(gate, path, { method, headers, body });
        expect(status, `${path} ${body}`).toBe(400);
      }
    }
    for (const query of [
      '__proto__[polluted]=1',
      '__proto__.polluted=1',
      'constructor[prototype][polluted]=1',
    ]) {
      expect((await ask(gate, `/api/queue?${query}`, { headers: { cookie } })).status).toBe(400);
    }
    expect(() => parseJson(Buffer.from('{"a":{"__proto__":{"polluted":1}}}'))).toThrow(/__proto__/u);
    readForm('application/x-www-form-urlencoded', Buffer.from('__proto__[polluted]=1&__proto__=polluted'));
    const shape = z.strictObject({ a: z.strictObject({ b: z.number().optional() }).optional() });
    for (const yaml of ['__proto__: { polluted: 1 }', 'a: { __proto__: { polluted: 1 } }']) {
      try {
        expect(Object.keys(parseStrictYaml(yaml, 'test.yaml', shape))).not.toContain('polluted');
      } catch (error) {
        expect(String(error)).toContain('__proto__');
      }
    }
    const csv = 'name,__proto__,constructor.prototype.polluted\nAcme,polluted,1\n';
    const { rows } = readCsv(Buffer.from(csv), 'companies.csv');
    expect(rows[0]?.cells.get('name')).toBe('Acme');
    expect(parseCsv('__proto__\npolluted', { columns: false })).toHaveLength(2);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test('is refused when it is nested without end, packed, too large, or no JSON; the gate goes on', async () => {
    const gate = await startGate();
    const { cookie, csrf } = await signIn(gate, { role: 'admin' });
    const headers = asJson(cookie, csrf);
    const deep = (size: number, [from, to]: [string, string]): string =>
      `${from.repeat(size)}1${to.repeat(size)}`;
    const bodies: [string, number][] = [
      [deep(100_000, ['[', ']']), 400],
      [`{"record":${deep(40_000, ['{"a":', '}'])}}`, 400],
      [`{"record":${deep(100, ['{"a":', '}'])}}`, 400],
      ['{', 400],
      ['"text"', 400],
      ['null', 400],
      ['NaN', 400],
      [`{"text":"${'a'.repeat(5_000_000)}"}`, 413],
    ];
    for (const [body, wanted] of bodies) {
      const { status, text } = await ask(gate, '/api/playground/judge', { method: 'POST', headers, body });
      expect(status, body.slice(0, 40)).toBe(wanted);
      expect(Object.keys(JSON.parse(text).error as object)).toContain('message');
    }
    const packed = gzipSync('{"name":"Eve"}').toString('latin1');
    const bomb = await ask(gate, '/api/account', {
      method: 'PATCH',
      headers: { ...headers, 'content-encoding': 'gzip' },
      body: packed,
    });
    expect(bomb.status).toBe(400);
    expect((await ask(gate, '/healthz')).status).toBe(200);
  });

  test('is told by which field and why', () => {
    expect(oddJson({ a: [{ b: JSON.parse('{"__proto__":1}') }] })).toEqual({
      field: 'a.0.b.__proto__',
      message: 'is no name for a field',
    });
    expect(oddJson({ a: [1, 'x', null, { constructor: 1 }] })).toBeNull();
  });
});

/** Ids as somebody who guesses or attacks would give them. */
const IDS = [
  '__proto__',
  'constructor',
  '..%2f..%2fetc%2fpasswd',
  "'%20OR%201=1%20--",
  '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  'a'.repeat(3_000),
];

test.each([
  'admin',
  'reviewer',
] as const)('An id that is nothing, of whatever shape, is not found: no trouble, no trace of the inside (%s)', async (role) => {
  const gate = await startGate();
  const user = await signIn(gate, { role });
  const sent = { reason: 'because', version: 1, label: 'right', text: 'x', decision: 'PASS' };
  for (const one of gate.app.endpoints.filter(({ path }) => path.includes(':'))) {
    if (one.access !== 'public' && !one.access.roles.includes(role)) continue;
    for (const id of IDS) {
      const path = one.path.replaceAll(/:\w+/gu, id);
      const answer =
        one.method === 'get'
          ? await user.get(path)
          : await user.send(one.method.toUpperCase() as 'POST', path, fitting(one, sent));
      const what = `${name(one)} ${id.slice(0, 40)} ${answer.status}`;
      expect([200, 204, 400, 404, 409], what).toContain(answer.status);
      expect(JSON.stringify(answer.body), what).not.toMatch(
        /node_modules|\.ts:|\.js:|SQLITE|SqliteError|TypeError|sqlite|\bat \w+ \(/u,
      );
    }
  }
}, 60_000);

/** Of these fields those that an endpoint takes, so that many get as far as their ids. */
function fitting({ body }: Endpoint, sent: Record<string, unknown>): unknown {
  if (!(body instanceof z.ZodObject)) return {};
  return Object.fromEntries(Object.entries(sent).filter(([field]) => field in body.shape));
}

test('A query in which a name repeats is refused, so that no reader takes another one than the next', async () => {
  const gate = await startGate();
  const { cookie } = await signIn(gate, { role: 'admin' });
  for (const path of ['/api/queue?q=a&q=b', '/api/audit?actor=a&actor=b', '/api/crm/prospects?q=a&q[]=b']) {
    expect((await ask(gate, path, { headers: { cookie } })).status, path).toBe(400);
  }
  const frame = await ask(gate, '/app/mail-frame?images=none&images=remote');
  expect(frame.headers['content-security-policy']).toContain('img-src data:;');
});

test('Nothing a client sends begins a line of the log', async () => {
  const lines: string[] = [];
  const log = createLogger('trace', { destination: { write: (line: string) => void lines.push(line) } });
  const gate = await startGate({ log, engine: { loopbackWithoutAuth: true } });
  const forged = '{"level":60,"msg":"forged"}';
  const odd = `x%0a${encodeURIComponent(forged)}%0d%0a`;
  await ask(gate, `/api/nothing/${odd}`);
  await ask(gate, `/app/%E0${odd}`);
  await ask(gate, `/act/${odd}`);
  await ask(gate, '/api/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': `x\t${forged}` },
    body: JSON.stringify({ email: `a\n${forged}\n@b.example`, password: `\r\n${forged}` }),
  });
  await ask(gate, '/emails', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      from: 'ann@sender.example',
      to: 'jane@unknown.example',
      subject: `Hi\n${forged}`,
      text: `Hello\r\n${forged}`,
    }),
  });
  await gate.app.stop();
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    expect(line.trimEnd()).not.toContain('\n');
    expect((JSON.parse(line) as { msg: string }).msg).not.toBe('forged');
  }
});

test('Trouble inside is told in general words; what happened is in the log only', async () => {
  const gate = await startGate();
  const { cookie } = await signIn(gate, { role: 'admin' });
  await gate.app.database.db.destroy();
  for (const path of [
    '/api/queue',
    '/api/users',
    '/readyz',
    '/act/none',
    '/app/',
    '/v1/messages/none',
    '/metrics',
  ]) {
    const { status, text } = await ask(gate, path, { headers: { cookie, accept: 'text/html' } });
    if (path === '/app/') expect(status).toBe(200);
    expect(text, path).not.toMatch(/node_modules|\.ts\b|SQLITE|Error:|driver|destroyed|\bat \w+ \(/u);
  }
});
