import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { fdatasyncSync, mkdtempSync, openSync, closeSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The machine a benchmark ran on, and what its disk can do: the floor of everything durable. */
export async function machine() {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? '',
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.versions.node,
    load: loadavg().map((load) => Math.round(load * 100) / 100),
    loop_cpu_ms: loopMs(),
    fdatasync_per_second: syncsPerSecond(),
  };
}

/**
 * Processor time of a hundred million multiplications, milliseconds: what a core is worth at the moment. A virtual one may get a part of
 * a real one, and its clock does not tell.
 */
export function loopMs(): number {
  const before = process.cpuUsage();
  let product = 0;
  for (let i = 0; i < 100_000_000; i += 1) product = (Math.imul(product, 31) + i) | 0;
  const { user, system } = process.cpuUsage(before);
  // Used, so that the loop is not left out.
  return product === 0.5 ? Number.NaN : Math.round((user + system) / 1_000);
}

/** One 4 KB write and fdatasync after another, for a second, where temporary files lie. */
export function syncsPerSecond(): number {
  const folder = mkdtempSync(join(tmpdir(), 'presend-bench-disk-'));
  const fd = openSync(join(folder, 'floor'), 'w');
  try {
    const page = Buffer.alloc(4096);
    const start = performance.now();
    let n = 0;
    while (performance.now() - start < 1000) {
      writeSync(fd, page, 0, page.length, (n % 256) * 4096);
      fdatasyncSync(fd);
      n++;
    }
    return n;
  } finally {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  }
}
