import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { createStartProgram } from '../../src/cli/start-program.ts';
import { startsGate } from '../../src/cli/starts-gate.ts';
import { PROJECT_ROOT } from '../../src/config/config.ts';

describe('the start of a gate', () => {
  it.each([
    'start',
    '--config gate.yaml start',
    'start --data folder',
    '--config=gate.yaml --data=folder start',
    '--data start start',
  ])('loads no other command for "%s"', (words) => {
    expect(startsGate(words.split(' '))).toBe(true);
  });

  it.each([
    '',
    'demo',
    'help start',
    'start --help',
    '--data start',
    'start now',
    '--version start',
  ])('knows every command for "%s"', (words) => {
    expect(startsGate(words.split(' ').filter(Boolean))).toBe(false);
  });

  it('is the same command as among all others', () => {
    const [alone] = createStartProgram().commands;
    const among = createProgram().commands.find((command) => command.name() === 'start');
    expect(alone?.helpInformation()).toBe(among?.helpInformation());
    const shared = (command: Command | undefined) => command?.parent?.options.map(({ flags }) => flags);
    expect(shared(alone)).toEqual(shared(among));
    expect(shared(alone)).toContain('--config <file>');
  });

  it('is one file in the build, whose faults are told by the places in the sources', () => {
    expect(existsSync(join(PROJECT_ROOT, 'dist/gate/start.js')), 'run npm test, which builds first').toBe(
      true,
    );
    const folder = mkdtempSync(join(tmpdir(), 'presend-start-'));
    // A file where a folder has to be: nothing that has a sentence of its own.
    writeFileSync(join(folder, 'secrets'), '');
    const rubric = join(PROJECT_ROOT, 'config/rubric.yaml');
    writeFileSync(join(folder, 'presend.yaml'), `data_dir: ${folder}\nrubric: ${rubric}\n`);
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(PROJECT_ROOT, 'dist/main.js'), 'start', '--config', join(folder, 'presend.yaml')],
      { encoding: 'utf8', env: { ...process.env, PRESEND_DATA: undefined } },
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/EEXIST.*secrets/);
    expect(stderr).toMatch(/at gateSecret \(file:.*\/src\/config\/gate-secret\.ts:\d+:\d+\)/);
    expect(stderr).toMatch(/at async startApp \(file:.*\/src\/app\.ts:\d+:\d+\)/);
  });
});
