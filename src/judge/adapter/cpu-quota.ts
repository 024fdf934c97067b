import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * How many threads can really run at once: the affinity mask, cut by the CPU quota of this process's control group and
 * of every group above it. llama.cpp spins at its barriers, so one thread more than the quota allows makes decoding
 * tens of times slower. Whole threads, at least 1.
 *
 * Sources: kernel docs admin-guide/cgroup-v2 (cpu.max) and scheduler/sched-bwc (cpu.cfs_quota_us).
 *
 * @param root where /proc and /sys are found; for tests
 */
export function cpuQuota(root = '/', parallelism = availableParallelism()): number {
  const groups = read(join(root, 'proc/self/cgroup')) ?? '';
  const mount = join(root, 'sys/fs/cgroup');
  const limits = groups.split('\n').flatMap((line) => {
    const [, controllers = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === '') return upwards(path).map((group) => unifiedLimit(join(mount, group)));
    if (!controllers.split(',').includes('cpu')) return [];
    return upwards(path).flatMap((group) =>
      [controllers, 'cpu'].map((name) => legacyLimit(join(mount, name, group))),
    );
  });
  // A container often sees its own group as the root of the mount, whatever path /proc tells.
  limits.push(unifiedLimit(mount), legacyLimit(join(mount, 'cpu')), legacyLimit(join(mount, 'cpu,cpuacct')));
  const known = limits.filter((limit) => limit !== null);
  return Math.max(1, Math.floor(Math.min(parallelism, ...known)));
}

/** "/a/b" → /a/b, /a, / */
function upwards(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...upwards(parent)];
}

function unifiedLimit(folder: string): number | null {
  const [quota, period] = (read(join(folder, 'cpu.max')) ?? '').trim().split(' ').map(Number);
  return ratio(quota, period);
}

function legacyLimit(folder: string): number | null {
  return ratio(
    Number(read(join(folder, 'cpu.cfs_quota_us')) ?? NaN),
    Number(read(join(folder, 'cpu.cfs_period_us')) ?? NaN),
  );
}

/** null = no limit ("max", -1) or not a number. */
function ratio(quota: number | undefined, period: number | undefined): number | null {
  return quota && period && quota > 0 && period > 0 ? quota / period : null;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
