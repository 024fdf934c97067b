#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { startsGate } from './cli/starts-gate.ts';

/** Made by the build alone (bundle/vite.config.mjs). */
const bundle = new URL('./gate/start.js', import.meta.url);

if (!startsGate(process.argv.slice(2))) {
  const [{ run }, { createProgram }] = await Promise.all([
    import('./cli/run.ts'),
    import('./cli/program.ts'),
  ]);
  await run(createProgram);
} else if (existsSync(bundle)) {
  const { tellSourcePlaces } = await import('./cli/source-places.ts');
  tellSourcePlaces(bundle);
  await import(bundle.href);
} else {
  await import('./cli/run-start.ts');
}
