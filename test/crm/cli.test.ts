import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import { register } from '../../src/cli/crm.ts';
import { UserError } from '../../src/config/user-error.ts';
import { temporaryFolder } from './open.ts';

afterEach(() => vi.restoreAllMocks());

/** Runs `presend crm …` in a data folder of its own and returns what it prints. */
function terminal() {
  const data = temporaryFolder();
  const file = (name: string, text: string): string => {
    writeFileSync(join(data, name), text);
    return join(data, name);
  };
  const run = async (...args: string[]): Promise<string> => {
    let printed = '';
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    const program = new Command('presend').option('--config <file>').option('--data <folder>').exitOverride();
    register(program);
    try {
      await program.parseAsync(['--data', data, 'crm', ...args], { from: 'user' });
    } finally {
      spy.mockRestore();
    }
    return printed;
  };
  const json = async (...args: string[]): Promise<unknown> => JSON.parse(await run(...args, '--json'));
  return { data, file, run, json };
}

const PROSPECTS = 'email,name,company,domain,employees\njane@acme.example,Jane,Acme,acme.example,350\n';

test('a file is tried, imported, shown, listed and taken back', async () => {
  const { file, run, json } = terminal();
  const path = file('p.csv', PROSPECTS);
  expect(await run('import', 'prospects', path, '--dry-run')).toMatch(
    /1 row: 2 would be new[^]*Dry run: nothing was written/u,
  );
  await expect(run('show', 'jane@acme.example')).rejects.toThrow(
    /there is no prospect or company "jane@acme.example"/u,
  );

  const report = (await json('import', 'prospects', path)) as { importId: string };
  expect(report).toMatchObject({ applied: true, new: 2 });
  expect(await run('show', 'JANE+x@acme.example')).toMatch(/PROSPECT[^]*Jane[^]*COMPANY[^]*headcount +350/u);
  expect(await run('show', 'acme')).toMatch(/COMPANY[^]*PROSPECTS\n {2}jane@acme.example {2}Jane/u);
  expect(await run('list', 'jane')).toMatch(/jane@acme.example +Jane +– +Acme/u);
  expect(await json('list', 'acme.example')).toMatchObject([
    { address: 'jane@acme.example', company: 'Acme' },
  ]);
  expect(await run('list', '--companies')).toMatch(/Acme +acme.example +350/u);

  expect(await run('revert', '--import', report.importId)).toBe('2 changes taken back.\n');
  expect(await json('list')).toEqual([]);
});

test('bad rows are printed with their numbers and fail the command', async () => {
  const { file, run } = terminal();
  const path = file('p.csv', 'email,headcount,mood\na@acme.example,many,good\nb@acme.example,5,\n');
  await expect(run('import', 'prospects', path)).rejects.toThrow(
    /nothing was imported: 1 bad row; mend them or use --skip-bad/u,
  );
  expect(await run('import', 'prospects', path, '--skip-bad')).toMatch(
    /Columns not understood and ignored: mood.[^]*Left out:\n {2}row 2: headcount "many"/u,
  );
  await expect(run('import', 'people', path)).rejects.toThrow(/"people" is not a kind/u);
  await expect(run('import', 'peers', `${path}.gone`)).rejects.toThrow(/cannot be read/u);
});

test('fields are set with checks, and history and revert know them', async () => {
  const { file, run, json } = terminal();
  await run('import', 'prospects', file('p.csv', PROSPECTS));
  expect(
    await run('set', 'jane@acme.example', 'title=VP Engineering', 'disqualifiers=local_only;competitor'),
  ).toMatch(/title +VP Engineering\n {2}disqualifiers +local_only, competitor/u);
  expect(
    await json('set', 'acme.example', 'headcount=2,100', 'Funding Stage=Series C', '--company'),
  ).toMatchObject({
    headcount: 2100,
    funding_stage: 'series_c',
  });
  for (const [args, message] of [
    [['jane@acme.example', 'mood=good'], /there is no field "mood": write one of address, name/u],
    [['jane@acme.example', 'title'], /no assignment: write field=value/u],
    [['acme.example', 'headcount=5'], /is a company: add --company/u],
    [['acme.example', 'headcount=lots', '--company'], /headcount "lots" is not a number/u],
    [['nobody@acme.example', 'title=x'], /there is no prospect/u],
  ] as const) {
    const failed = run('set', ...args);
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toBeInstanceOf(UserError);
  }
  expect(await run('history', 'jane@acme.example')).toMatch(
    /title: – → VP Engineering; disqualifiers: none → local_only, competitor/u,
  );
  const [newest] = (await json('history', 'acme.example')) as { id: number }[];
  expect(newest).toMatchObject({
    changes: [{ field: 'headcount', before: 350, after: 2100 }, { field: 'funding_stage' }],
  });
  expect(await run('revert', String(newest?.id))).toBe('1 change taken back.\n');
  await expect(run('revert', 'last')).rejects.toThrow(/"last" is not a revision/u);
  await expect(run('revert')).rejects.toThrow(/name a revision/u);
});

test('an opt-out of an address or a domain is made and taken back', async () => {
  const { file, run, json } = terminal();
  await run('import', 'prospects', file('p.csv', 'email,opt_outs\njane@acme.example,sms\n'));
  expect(await run('opt-out', '@acme.example', '--channel', 'email', '--reason', 'asked')).toBe(
    '@acme.example is opted out of email.\n',
  );
  await run('opt-out', 'jane@acme.example');
  expect(await json('show', 'jane@acme.example')).toMatchObject({ suppressed: ['all', 'email'] });
  expect(await run('show', '@acme.example')).toMatch(
    /SUPPRESSIONS\n {2}kind domain, value acme.example, channel email, reason asked/u,
  );
  expect(await run('opt-in', 'jane@acme.example')).toMatch(
    /^2 opt-outs of jane@acme.example taken back.\nStill opted out of email/u,
  );
  await expect(run('opt-in', 'jane@acme.example')).rejects.toThrow(/a domain opt-out holds/u);
  await run('opt-in', '@acme.example');
  expect(await json('show', 'jane@acme.example')).toMatchObject({
    suppressed: [],
    prospect: { opt_out_channels: [] },
  });
  const unclear = 'address,channel,reason\njane@acme.example,unclear,"""Off limits."""\n';
  await run('import', 'suppressions', file('unclear.csv', unclear));
  expect(await run('show', 'jane@acme.example')).toMatch(/POSSIBLE_OPT_OUT\n {2}value +jane@acme.example/u);
  expect(await json('show', 'jane@acme.example')).toMatchObject({ suppressed: [], suppressions: [] });
  await run('opt-in', 'jane@acme.example', '--channel', 'unclear');
  expect(await json('show', 'jane@acme.example')).toMatchObject({ possible_opt_out: null });
  await expect(run('opt-out', '@gmail.com')).rejects.toThrow(/personal mailboxes/u);
  await expect(run('opt-out', 'acme')).rejects.toThrow(/neither an address nor a domain/u);
  await expect(run('opt-out', 'a@b.example', '--channel', 'fax')).rejects.toThrow(/not a channel/u);
});

test('an export is written to a file or to the terminal', async () => {
  const { data, file, run, json } = terminal();
  await run('import', 'peers', file('peers.csv', 'name,city\nGlobex,Berlin\n'));
  expect(await run('export', 'peers')).toBe('name,city,industry\nGlobex,Berlin,\n');
  expect(await json('export', 'peers', join(data, 'out.csv'))).toMatchObject({ records: 1 });
  expect(readFileSync(join(data, 'out.csv'), 'utf8')).toBe('name,city,industry\nGlobex,Berlin,\n');
});
