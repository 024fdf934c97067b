import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { register as evaluation } from '../../src/cli/eval.ts';
import { register as calibration } from '../../src/cli/models-calibrate.ts';
import { calibrationSchema } from '../../src/judge/adapter/reading.ts';

let dataDir: string;
let host: Server;
let asked: Record<string, number>;

/**
 * A completions host. Its model "judge" reads the decision off the draft and obeys orders in it; asked by a profile it never
 * learnt, it is hardly sure. Its model "lenient" passes everything.
 */
function startHost(): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      if (request.method === 'GET') return response.end('{"data":[]}');
      const { prompt, model } = JSON.parse(body) as { prompt: string; model: string };
      asked[model] = (asked[model] ?? 0) + 1;
      const label =
        model === 'judge' && /is off/.test(prompt) && !/ignore|disregard/i.test(prompt) ? 'BLOCK' : 'PASS';
      const known = prompt.startsWith('Judge');
      const told = Object.fromEntries(
        ['SUPPRESS', 'ESCALATE', 'BLOCK', 'PENALISE', 'PASS'].map((one) => [
          one,
          Math.log(one === label ? (known ? 0.92 : 0.28) : known ? 0.02 : 0.18),
        ]),
      );
      return response.end(
        JSON.stringify({
          choices: [{ text: label, logprobs: { top_logprobs: [told] } }],
          usage: { prompt_tokens: 50 },
        }),
      );
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

function profile(beginning: string): string {
  const labels = ['SUPPRESS', 'ESCALATE', 'BLOCK', 'PENALISE', 'PASS'].map((one) => `${one}: [${one}]`);
  return `{template: "${beginning}\\n{context}\\n\\n{draft}\\n", context: {style: lines}, labels: {${labels.join(', ')}}}`;
}

function cases(name: string, rows: object[]): string {
  const path = join(dataDir, `${name}.jsonl`);
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
  return path;
}

const context = { company: 'Brightloom', headcount: 80, funding_stage: 'seed', funding_confidence: 'high' };
const pair = (i: number) => [
  { id: `${i}/bad`, gold: 'BLOCK', draft: `Hi, mail ${i} is off.`, context, as_of: '2026-05-01' },
  { id: `${i}/good`, gold: 'PASS', draft: `Hi, mail ${i} is fine.`, context, as_of: '2026-05-01' },
];
const pairs = (count: number) => Array.from({ length: count }, (_, i) => pair(i)).flat();

/** Runs one command in this process. */
async function presend(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    });
  }
  const program = new Command('presend').option('--config <file>').option('--data <folder>').exitOverride();
  evaluation(program);
  calibration(program.command('models'));
  try {
    await program.parseAsync(['--data', dataDir, ...args], { from: 'user' });
  } finally {
    vi.restoreAllMocks();
  }
  return written;
}

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'eval-'));
  asked = {};
  host = await startHost();
  const { port } = host.address() as AddressInfo;
  mkdirSync(join(dataDir, 'models'));
  writeFileSync(
    join(dataDir, 'models/registry.yaml'),
    [
      'active: far',
      `profiles: {learnt: ${profile('Judge this.')}, other: ${profile('What is it?')}}`,
      'models:',
      ...['far', 'lenient'].map(
        (name) =>
          `  ${name}: {profile: learnt, remote: {url: "http://127.0.0.1:${port}", dialect: openai, model: ${name === 'far' ? 'judge' : name}}}`,
      ),
    ].join('\n'),
  );
});
afterEach(() => {
  process.exitCode = undefined;
  host.close();
});

describe('presend eval', () => {
  it('prints a table of every judge on every file, and asks the model once for each case', async () => {
    const [first, second] = [cases('first', pairs(20)), cases('second', pairs(5))];
    const judges = 'rules,adapter,full,bag-of-words';
    const { stdout, stderr } = await presend(
      'eval',
      first,
      second,
      '--judge',
      judges,
      '--train',
      first,
      '--table',
    );
    expect(stderr).toMatch(/never calibrated/);
    const rows = stdout.trim().split('\n').slice(2);
    expect(rows.map((row) => row.split(' | ').slice(0, 2).join(' '))).toEqual(
      ['first', 'second'].flatMap((file) =>
        ['rules', 'adapter', 'full', 'bag-of-words'].map((judge) => `| ${file} ${judge}`),
      ),
    );
    expect(rows[0]).toContain('| 0.0 % [0.0, 16.8] | 0.0 % [0.0, 16.8] | 0.0 % [0.0, 16.8] | 20 + 20 |');
    expect(rows[1]).toContain('| 100.0 % [83.2, 100.0] | 100.0 % [83.2, 100.0] | 0.0 %');
    expect(asked).toEqual({ judge: 50 });
  });
  it('lets a calibrated model decide together with the rules', async () => {
    const path = cases('many', pairs(60));
    await presend('models', 'calibrate', 'far', '--cases', path);
    const { stdout, stderr } = await presend('eval', path, '--judge', 'rules,full');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/many +rules +0\/60/);
    expect(stdout).toMatch(/many +full +60\/60/);
  });
  it('names file and judge in each JSON line, with the probabilities of a judge that states them', async () => {
    const { stdout } = await presend('eval', cases('few', pairs(2)), '--judge', 'rules,adapter', '--json');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(10);
    expect(lines[0]).toMatchObject({ id: '0/bad', gold: 'BLOCK', decision: 'PASS', judge: 'rules' });
    expect(lines[0]).not.toHaveProperty('probabilities');
    expect(lines[5]).toMatchObject({ decision: 'BLOCK', judge: 'adapter', file: 'few' });
    expect(lines[5]).toHaveProperty('probabilities.BLOCK', expect.closeTo(0.92, 6));
    expect(lines[9]).toHaveProperty('summary.calibration.pass.ece');
  });
  it('attacks what the adapter stops rightly and counts the labels that change', async () => {
    const path = cases('some', pairs(10));
    const { stdout } = await presend('eval', path, '--attacks', '150', '--seed', '2', '--json');
    const { attacks } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
      attacks: { attacks: number; toPass: { hits: number; of: number }; full: { lowered: string[] } };
    };
    expect(attacks).toMatchObject({ attacks: 150, cases: 10, toPass: { of: 150 }, full: { lowered: [] } });
    expect(attacks.toPass.hits).toBeGreaterThan(0);
    expect(process.exitCode).toBeUndefined();
    const again = await presend('eval', path, '--attacks', '150', '--seed', '2', '--json');
    expect(again.stdout).toBe(stdout);
  });
  it('asks several models, each once for each case, and compares them', async () => {
    const [first, second] = [cases('first', pairs(8)), cases('second', pairs(2))];
    const judges = 'adapter:lenient,rules,adapter,full:lenient,adapter:far';
    const { stdout } = await presend('eval', first, second, '--judge', judges, '--json', '--compare');
    expect(asked).toEqual({ judge: 20, lenient: 20 });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const summaries = lines.filter((line) => 'summary' in line);
    expect(summaries.map(({ file, judge }) => `${String(file)} ${String(judge)}`)).toEqual(
      ['first', 'second'].flatMap((file) => judges.split(',').map((judge) => `${file} ${judge}`)),
    );
    const comparisons = lines.flatMap((line) => ('comparison' in line ? [line['comparison']] : []));
    // Ten pairs of judges, three questions.
    expect(comparisons).toHaveLength(30);
    expect(comparisons[1]).toMatchObject({
      first: 'adapter:lenient',
      second: 'adapter',
      question: 'bad_exact',
      cases: 10,
      onlyFirst: 0,
      onlySecond: 10,
      p: expect.closeTo(2 / 1024) as number,
    });
  });
  it('writes a report and a model card of what it judged', async () => {
    const [html, card] = [join(dataDir, 'eval.html'), join(dataDir, 'card.md')];
    const path = cases('some', pairs(6));
    const asking = ['--judge', 'rules,adapter:lenient', '--report', html, '--model-card', card];
    const { stdout, stderr } = await presend('eval', path, ...asking);
    expect(stdout).toMatch(/some +adapter:lenient/);
    expect(stderr).toContain(`written to ${html}\nwritten to ${card}\n`);
    const report = readFileSync(html, 'utf8');
    expect(report).toMatch(/lenient@[0-9a-f]{12}/);
    expect(report).toContain(createHash('sha256').update(readFileSync(path)).digest('hex'));
    expect(report).not.toContain(dataDir);
    expect(readFileSync(card, 'utf8')).toMatch(/\| model \| lenient@[0-9a-f]{12} \|/);
  });
  it('goes on without bad rows when asked, names each, and counts them', async () => {
    const path = cases('holed', [...pairs(3), { id: 'x', gold: 'MAYBE' }, pair(0)[0]]);
    await expect(presend('eval', path)).rejects.toThrow(
      /2 rows cannot be used .*:\n.*holed\.jsonl:7: gold: .*\n.*holed\.jsonl:8: id: "0\/bad" is the id of line 1/,
    );
    const { stdout, stderr } = await presend('eval', path, '--bad-rows', 'skip', '--json');
    expect(stderr).toMatch(/holed\.jsonl:7: left out: .*\n.*holed\.jsonl:8: left out: /);
    expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toMatchObject({
      bad_rows: 2,
      summary: { cases: 6 },
    });
    expect(process.exitCode).toBeUndefined();
  });
  it('tells hard cases from others', async () => {
    const marked = pairs(4).map((one, i) => ({ ...one, hard: i < 2, long: true }));
    const { stdout } = await presend('eval', cases('marked', marked));
    expect(stdout).toMatch(/difficulty +right.*\nhard +0\/1 .*\nnot hard +0\/3 /);
    const json = (await presend('eval', cases('marked', marked), '--json')).stdout.split('\n');
    expect(JSON.parse(json[0])).toMatchObject({ hard: true, long: true });
    expect(JSON.parse(json[8])).toHaveProperty('summary.byDifficulty.hard.exact.of', 1);
  });
  it.each([
    [['--judge', 'rules:far'], /rules asks no model; write rules alone/],
    [['--judge', 'full:'], /name a model after the colon/],
    [['--judge', 'rules,full:none'], /there is no model "none"/],
    [['--attacks', '5', '--judge', 'full:far'], /name it with --model/],
    [['--attacks', '5', '--report', 'x.html'], /--attacks goes without/],
    [['--report', '/nowhere/x.html'], /there is no folder \/nowhere/],
    [['--model-card', '/'], /is a folder; name a file in it/],
    [['--judge', 'adaptor'], /no such judge; use rules, adapter, full, bag-of-words/],
    [['--judge', 'bag-of-words'], /name them with --train/],
    [['--judge', 'adapter', '--model', 'none'], /there is no model "none"; known are: .*far/],
    [['--judge', 'adapter', '--through', 'smtp'], /--judge rules or --judge full/],
  ])('refuses %j', async (args, message) => {
    await expect(presend('eval', cases('few', pairs(2)), ...args)).rejects.toThrow(message);
  });
});

describe('presend models calibrate', () => {
  it('writes a calibration beside the model and prints what it gives on the other half', async () => {
    const { stdout, stderr } = await presend(
      'models',
      'calibrate',
      'far',
      '--cases',
      cases('many', pairs(60)),
    );
    const path = join(dataDir, 'models/far/calibration.json');
    const written = calibrationSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    expect(written.version).toMatch(/^far@[0-9a-f]{12}$/);
    expect(stdout).toContain(`written to ${path}`);
    expect(stdout).toMatch(/on the other 60 cases.*\n +bad stopped at all +100\.0 %/);
    expect(stderr).toBe('');
  });
  it('picks the profile that the model learnt, and says what the registry must say then', async () => {
    const out = join(dataDir, 'elsewhere.json');
    const many = cases('many', pairs(60));
    const choosing = ['models', 'calibrate', 'far', '--cases', many, '--out', out, '--profiles'];
    const { stdout } = await presend(...choosing, 'other,learnt', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ profile: 'learnt', path: out });
    const { stderr } = await presend(...choosing, 'other');
    expect(stderr).toMatch(/counts once it says "profile: other"/);
    expect(existsSync(join(dataDir, 'models/far/calibration.json'))).toBe(false);
  });
  it('refuses few cases and writes nothing', async () => {
    const few = cases('few', pairs(30));
    await expect(presend('models', 'calibrate', 'far', '--cases', few)).rejects.toThrow(
      /60 cases .*too few to calibrate/,
    );
    expect(existsSync(join(dataDir, 'models/far/calibration.json'))).toBe(false);
    expect(asked).toEqual({});
  });
});
