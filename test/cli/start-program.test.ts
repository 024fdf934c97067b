import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { createStartProgram, startsGate } from '../../src/cli/start-program.ts';

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
});
