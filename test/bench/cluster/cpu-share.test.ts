import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { endTree } from '../relay/contender.ts';
import { cpuSeconds, processTree } from '../relay/process-tree.ts';
import { CpuShare, hierarchyOf } from './cpu-share.ts';

/** A thread, a child and the first process itself: three that would each take a core. */
const BUSY = `
  const { Worker } = require('node:worker_threads');
  const { spawn } = require('node:child_process');
  spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  new Worker('for (;;);', { eval: true }).on('online', () => {
    process.stdout.write('ready');
    setImmediate(() => { for (;;); });
  });`;

/** Null = a group can be made here. */
function whyNot(): string | null {
  try {
    CpuShare.make(`presend-test-${process.pid}-try`, 1).remove();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

const missing = whyNot();
let name = 0;

describe.skipIf(missing !== null)(`a share of a processor${missing ? ` (skipped: ${missing})` : ''}`, () => {
  const shares: CpuShare[] = [];
  afterEach(() => {
    for (const share of shares.splice(0)) share.remove();
  });

  function make(share: number): CpuShare {
    name += 1;
    const made = CpuShare.make(`presend-test-${process.pid}-${name}`, share);
    shares.push(made);
    return made;
  }

  async function busy(): Promise<number> {
    const child = spawn(process.execPath, ['-e', BUSY], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => endTree(child));
    await once(child.stdout, 'data');
    return child.pid!;
  }

  test('holds a busy process, its threads and its children to it together', async () => {
    const pid = await busy();
    const share = make(0.2);
    share.hold(pid);
    const began = { at: performance.now(), used: cpuSeconds(pid) };
    let used = 0;
    while (used < 0.3) {
      // Looked at once in each of the group's periods: the condition is the time used, whatever else the machine does.
      await new Promise((resolve) => setTimeout(resolve, 10));
      used = cpuSeconds(pid) - began.used;
    }
    const seconds = (performance.now() - began.at) / 1_000;
    // A fifth, and what the clocks (hundredths of a second for each process) and a period that had begun leave open.
    expect(used / seconds).toBeLessThan(0.25);
    const { periods, throttled, throttledSeconds } = share.throttling();
    expect(throttled).toBeGreaterThan(0);
    expect(periods).toBeGreaterThanOrEqual(throttled);
    expect(throttledSeconds).toBeGreaterThan(0);
  });

  test('lets go of what still runs when it is taken away', async () => {
    const pid = await busy();
    const share = make(0.1);
    share.hold(pid);
    share.remove();
    shares.length = 0;
    expect(processTree(pid)).toHaveLength(2);
    expect(() => share.throttling()).toThrow('ENOENT');
  });

  test('says so where a group of that name is there already', () => {
    make(0.5);
    expect(() => CpuShare.make(`presend-test-${process.pid}-${name}`, 0.5)).toThrow('EEXIST');
  });
});

test('a share that the kernel would refuse is refused before anything is made', () => {
  const nowhere = { version: 2, root: '/nowhere' } as const;
  expect(() => CpuShare.make('small', 0.05, nowhere)).toThrow('at least 0.1 of a core, not 0.05');
  expect(() => CpuShare.make('none', Number.NaN, nowhere)).toThrow('not NaN');
  expect(() => CpuShare.make('one', 0.5, nowhere)).toThrow('no right to make a control group');
});

test('version 2 has quota and period in one file, and its group above has to allow them', () => {
  const root = mkdtempSync(join(tmpdir(), 'presend-cgroup-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, 'cgroup.subtree_control'), 'memory\n');
  const share = CpuShare.make('gate', 0.3, { version: 2, root });
  expect(readFileSync(join(root, 'cgroup.subtree_control'), 'utf8')).toBe('+cpu');
  expect(readFileSync(join(root, 'gate/cpu.max'), 'utf8')).toBe('3000 10000');
  writeFileSync(
    join(root, 'gate/cpu.stat'),
    'usage_usec 9\nnr_periods 40\nnr_throttled 30\nthrottled_usec 2500000\n',
  );
  expect(share.throttling()).toEqual({ periods: 40, throttled: 30, throttledSeconds: 2.5 });
});

test('groups are looked for where they are mounted, in both versions', () => {
  const [own, v2, memory] = [
    'cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0',
    'cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0',
    'cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0',
  ];
  expect(hierarchyOf([memory, v2, own].join('\n'), () => 'memory')).toEqual({
    version: 1,
    root: '/sys/fs/cgroup/cpu,cpuacct',
  });
  expect(hierarchyOf([memory, v2].join('\n'), () => 'io cpu memory\n')).toEqual({
    version: 2,
    root: '/sys/fs/cgroup/unified',
  });
  // Processor time is neither's: cpuset is another matter.
  expect(hierarchyOf([memory, v2].join('\n'), () => 'cpuset memory\n')).toBeNull();
});
