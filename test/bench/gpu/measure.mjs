import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A package of the unpacked app; from the benchmark's own folder there is none on the machine it runs on. */
export function importFrom(app, name) {
  return import(pathToFileURL(createRequire(resolve(app, 'package.json')).resolve(name)).href);
}

/** Milliseconds in, milliseconds out. */
export function spread(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { p50: at(0.5), p95: at(0.95), min: sorted[0], max: sorted[sorted.length - 1], n: sorted.length };
}
