import { Command } from 'commander';
import { expect, test, vi } from 'vitest';
import { register } from '../../src/cli/trace.ts';
import { addProspect, startGate } from '../support/gate.ts';

async function run(data: string, ...args: string[]): Promise<string> {
  let printed = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  const program = new Command('presend').option('--config <file>').option('--data <folder>').exitOverride();
  register(program);
  try {
    await program.parseAsync(['--data', data, 'trace', ...args], { from: 'user' });
  } finally {
    spy.mockRestore();
  }
  return printed;
}

test('presend trace prints the report of the one message found, a list of several, and both as JSON', async () => {
  const gate = await startGate();
  for (const address of ['lena@quillpost.example', 'bo@harbour.example']) {
    await addProspect(gate, address);
    await gate.send({
      to: address,
      subject: 'Conveyors',
      text: 'A note on your conveyor benchmark, as promised.',
    });
  }
  await gate.until((all) => all.length === 2 && all.every(({ state }) => state === 'relayed'), 'relayed');

  const report = await run(gate.dataDir, 'conveyor', 'quillpost');
  expect(report).toMatch(/^# Trace of message \w{26}\n[^]*## To lena@quillpost\.example: relayed/u);
  expect(report).toContain('The same text: 1 other deliveries (1 relayed).');
  expect(await run(gate.dataDir, 'conveyor')).toMatch(
    /bo@harbour\.example \(relayed\)[^]*lena@quillpost\.example/u,
  );
  expect(JSON.parse(await run(gate.dataDir, 'conveyor', '--json'))).toMatchObject({
    hits: [{}, {}],
    more: false,
  });
  expect(JSON.parse(await run(gate.dataDir, 'lena@quillpost.example', '--json'))).toMatchObject({
    message: { subject: 'Conveyors' },
  });
  expect(await run(gate.dataDir, 'nothing of the kind')).toContain('No mail matches.');
});
