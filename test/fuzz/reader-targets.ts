import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { PROJECT_ROOT, configSchema } from '../../src/config/config.ts';
import { parseStrictYaml } from '../../src/config/strict-yaml.ts';
import { UserError } from '../../src/config/user-error.ts';
import { KINDS } from '../../src/crm/csv.ts';
import { readCsv } from '../../src/crm/csv-read.ts';
import { rubricSchema } from '../../src/judge/rubric.ts';
import { readGguf } from '../../src/models/gguf-read.ts';
import { writeTinyModel } from '../support/tiny-model.ts';
import { mutated } from './bytes.ts';
import type { Target } from './target.ts';

/** Reads, or says in a sentence for people why not. */
async function readsOrSays(read: () => unknown): Promise<void> {
  try {
    await read();
  } catch (error) {
    assert.ok(error instanceof UserError, error instanceof Error ? (error.stack ?? '') : String(error));
    assert.ok(error.message.trim() !== '');
  }
}

/** Numbers that a header may claim. */
const CLAIMS = [0n, 1n, 2n ** 16n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

function gguf(): Target {
  const folder = mkdtempSync(join(tmpdir(), 'presend-fuzz-gguf-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'model.gguf');
  writeTinyModel(path);
  const whole = readFileSync(path);
  const file = join(folder, 'damaged.gguf');
  // Flipped bits in the weights tell nothing: changes are made where the header is.
  const claim = fc.record({
    at: fc.integer({ min: 0, max: 4_000 }),
    value: fc.constantFrom(...CLAIMS),
    cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 3 }),
  });
  let mostMb = 0;
  const property = fc.asyncProperty(
    fc.oneof(
      mutated([whole.subarray(0, 60_000), whole]),
      claim.map(({ at, value, cut }) => {
        const bytes = Buffer.from(whole);
        bytes.writeBigUInt64LE(value, Math.min(at, bytes.length - 8));
        return cut === null ? bytes : bytes.subarray(0, Math.floor(cut * bytes.length));
      }),
    ),
    async (bytes) => {
      writeFileSync(file, bytes);
      const before = process.memoryUsage().rss;
      await readsOrSays(() => readGguf(file));
      const grownMb = (process.memoryUsage().rss - before) / 1e6;
      mostMb = Math.max(mostMb, grownMb);
      assert.ok(grownMb < 300, `took ${grownMb.toFixed(0)} MB`);
    },
  );
  return {
    name: 'GGUF headers, damaged or with huge counts',
    property,
    share: 0.5,
    figures: () => `most memory one took: ${mostMb.toFixed(0)} MB`,
  };
}

/** Files that the command line and the browser take: each is read, or refused with a sentence. */
export function readerTargets(): Target[] {
  const csv = mutated(
    KINDS.map((kind) => readFileSync(join(PROJECT_ROOT, `config/example-crm/${kind}.csv`))),
  );
  const yaml = mutated(
    ['presend', 'rubric'].map((name) => readFileSync(join(PROJECT_ROOT, `config/${name}.yaml`))),
  );
  return [
    {
      name: 'CSV, damaged',
      property: fc.asyncProperty(csv, (bytes) => readsOrSays(() => readCsv(bytes, 'x.csv'))),
    },
    {
      name: 'configuration, damaged',
      property: fc.asyncProperty(yaml, (bytes) =>
        readsOrSays(() => parseStrictYaml(bytes.toString('utf8'), 'x.yaml', configSchema)),
      ),
    },
    {
      name: 'a rubric, damaged',
      property: fc.asyncProperty(yaml, (bytes) =>
        readsOrSays(() => parseStrictYaml(bytes.toString('utf8'), 'x.yaml', rubricSchema)),
      ),
    },
    gguf(),
  ];
}
