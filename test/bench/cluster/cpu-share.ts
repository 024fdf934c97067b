import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processTree } from '../relay/process-tree.ts';

/**
 * What a share is measured by. Short, so that processes without any left stand still for milliseconds, as on a slow machine, and not
 * for as long as a deadline would notice; the kernel allows no share below 1 ms of it.
 */
const PERIOD_US = 10_000;
const LEAST_US = 1_000;

/** Where this system's groups for processor time are. */
export interface Hierarchy {
  /** Of control groups: 1 has a file for each number, 2 one for both. */
  version: 1 | 2;
  root: string;
}

/** What the kernel counted of a group (`cpu.stat`). */
export interface Throttling {
  /** In which one of its processes wanted to run. */
  periods: number;
  /** Of these, in which the share was used up. */
  throttled: number;
  /** What its processes stood still because of that, summed over the cores. */
  throttledSeconds: number;
}

/**
 * A share of a processor for some processes, all their threads and whatever they start: a control group of Linux with a quota
 * (https://docs.kernel.org/scheduler/sched-bwc.html). What they leave of a period is not kept for the next.
 */
export class CpuShare {
  readonly #hierarchy: Hierarchy;
  readonly #folder: string;

  private constructor(hierarchy: Hierarchy, name: string) {
    this.#hierarchy = hierarchy;
    this.#folder = join(hierarchy.root, name);
  }

  /**
   * @param name of the group, which must not be there yet
   * @param share of one core
   * @throws where there are no such groups, no right to make one, or the share is too small
   */
  static make(name: string, share: number, hierarchy: Hierarchy = thisSystems()): CpuShare {
    const quota = Math.round(share * PERIOD_US);
    if (!(quota >= LEAST_US)) {
      throw new Error(`a share is at least ${LEAST_US / PERIOD_US} of a core, not ${share}`);
    }
    const made = new CpuShare(hierarchy, name);
    try {
      if (hierarchy.version === 2) letGroupsLimit(hierarchy.root);
      mkdirSync(made.#folder);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`no right to make a control group for processor time in ${hierarchy.root}: ${why}`, {
        cause: error,
      });
    }
    if (hierarchy.version === 2) {
      made.#write('cpu.max', `${quota} ${PERIOD_US}`);
    } else {
      made.#write('cpu.cfs_period_us', String(PERIOD_US));
      made.#write('cpu.cfs_quota_us', String(quota));
    }
    return made;
  }

  /** Puts a process and all that descend from it under the share. */
  hold(pid: number): void {
    for (;;) {
      const held = new Set(this.#processes());
      const others = processTree(pid).filter((one) => !held.has(one));
      // What one of them starts after it was moved is in the group from the beginning; what it started before is found again.
      if (others.length === 0) return;
      for (const one of others) this.#move(one, this.#folder);
    }
  }

  throttling(): Throttling {
    const text = readFileSync(join(this.#folder, 'cpu.stat'), 'latin1');
    const count = (name: string): number =>
      Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
    return {
      periods: count('nr_periods'),
      throttled: count('nr_throttled'),
      throttledSeconds:
        this.#hierarchy.version === 2 ? count('throttled_usec') / 1e6 : count('throttled_time') / 1e9,
    };
  }

  /** Takes the group away; what is still in it runs on without a limit. */
  remove(): void {
    for (let left = this.#processes(); left.length > 0; left = this.#processes()) {
      for (const pid of left) this.#move(pid, this.#hierarchy.root);
    }
    rmdirSync(this.#folder);
  }

  #processes(): number[] {
    const text = readFileSync(join(this.#folder, 'cgroup.procs'), 'latin1');
    return text.split('\n').filter(Boolean).map(Number);
  }

  #move(pid: number, folder: string): void {
    try {
      writeFileSync(join(folder, 'cgroup.procs'), String(pid));
    } catch (error) {
      // It ended meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.#folder, file), text);
  }
}

/** Groups of version 2 limit processor time only where the one above says so. */
function letGroupsLimit(root: string): void {
  const file = join(root, 'cgroup.subtree_control');
  if (!readFileSync(file, 'latin1').split(/\s+/).includes('cpu')) writeFileSync(file, '+cpu');
}

/**
 * @param mounts what /proc/self/mounts has
 * @param controllersOf what `cgroup.controllers` of a hierarchy of version 2 has
 * @returns null where no group can limit processor time
 */
export function hierarchyOf(
  mounts: string,
  controllersOf: (root: string) => string = (root) =>
    readFileSync(join(root, 'cgroup.controllers'), 'latin1'),
): Hierarchy | null {
  const all = mounts.split('\n').map((line) => line.split(' '));
  const first = all.find(([, , type, options]) => type === 'cgroup' && options.split(',').includes('cpu'));
  if (first) return { version: 1, root: first[1] };
  const second = all.find(
    ([, root, type]) => type === 'cgroup2' && controllersOf(root).trim().split(' ').includes('cpu'),
  );
  return second ? { version: 2, root: second[1] } : null;
}

function thisSystems(): Hierarchy {
  const found = process.platform === 'linux' ? hierarchyOf(readFileSync('/proc/self/mounts', 'utf8')) : null;
  if (!found) throw new Error('this system has no control groups for processor time');
  return found;
}
