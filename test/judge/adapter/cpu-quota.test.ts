import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { cpuQuota } from '../../../src/judge/adapter/cpu-quota.ts';

const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function machine(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'presend-quota-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

test('without control groups every processor of the affinity mask counts', () => {
  expect(cpuQuota(machine({}), 8)).toBe(8);
});

test('a quota of cgroup v2 is the limit', () => {
  const root = machine({
    'proc/self/cgroup': '0::/system.slice/presend.service\n',
    'sys/fs/cgroup/system.slice/presend.service/cpu.max': '250000 100000\n',
  });
  expect(cpuQuota(root, 16)).toBe(2);
});

test('the quota of a group above counts too', () => {
  const root = machine({
    'proc/self/cgroup': '0::/tenant/presend\n',
    'sys/fs/cgroup/tenant/cpu.max': '300000 100000\n',
    'sys/fs/cgroup/tenant/presend/cpu.max': 'max 100000\n',
  });
  expect(cpuQuota(root, 16)).toBe(3);
});

test('a container that sees its group as the root is limited by it', () => {
  const root = machine({
    'proc/self/cgroup': '0::/docker/3f2a\n',
    'sys/fs/cgroup/cpu.max': '200000 100000\n',
  });
  expect(cpuQuota(root, 16)).toBe(2);
});

test('a quota of cgroup v1 is the limit', () => {
  const root = machine({
    'proc/self/cgroup': '5:cpu,cpuacct:/presend\n3:memory:/presend\n',
    'sys/fs/cgroup/cpu,cpuacct/presend/cpu.cfs_quota_us': '400000\n',
    'sys/fs/cgroup/cpu,cpuacct/presend/cpu.cfs_period_us': '100000\n',
  });
  expect(cpuQuota(root, 16)).toBe(4);
});

test('no quota in cgroup v1 is written as -1', () => {
  const root = machine({
    'proc/self/cgroup': '5:cpu,cpuacct:/\n',
    'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
    'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
  });
  expect(cpuQuota(root, 16)).toBe(16);
});

test('half a processor is one thread', () => {
  const root = machine({ 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '50000 100000\n' });
  expect(cpuQuota(root, 16)).toBe(1);
});
