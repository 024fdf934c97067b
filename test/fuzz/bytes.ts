import * as fc from 'fast-check';

/** Pieces that readers of mail, forms and JSON take for structure. */
const STRUCTURE = [
  '',
  '\r\n',
  '\r',
  '\n\n',
  '\r\n\r\n',
  ' ',
  '--b',
  '--b--',
  '\0',
  '\ufeff',
  '=?utf-8?B?',
  '=?=',
  '<!--',
  ']]>',
  '"',
  "'",
  '\\',
  ':',
  ';',
  ',',
  '{',
  '}',
  '[',
  ']',
  '(',
  '<',
  '>',
  '&',
  '%00',
  '-1',
  '1e999',
  'Ä',
  '\u202e',
  '\u{1f600}',
];

interface Change {
  at: number;
  length: number;
  insert: string;
  kind: 'splice' | 'flip' | 'cut' | 'repeat';
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(60),
  insert: fc.constantFrom(...STRUCTURE),
  kind: fc.constantFrom('splice', 'splice', 'flip', 'cut', 'repeat'),
});

/** One of the seeds with up to six changes: splices, flipped bits, cut ends, slices said again and again. */
export function mutated(seeds: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 6 }))
    .map(([seed, changes]) => changes.reduce(changed, seed));
}

function changed(raw: Buffer, { at, length, insert, kind }: Change): Buffer {
  const start = Math.floor(at * raw.length);
  switch (kind) {
    case 'splice':
      return Buffer.concat([raw.subarray(0, start), Buffer.from(insert), raw.subarray(start + length)]);
    case 'flip': {
      const flipped = Buffer.from(raw);
      if (start < flipped.length) flipped[start] = flipped[start] ^ (1 << (length % 8));
      return flipped;
    }
    case 'cut':
      return raw.subarray(0, start);
    case 'repeat': {
      const slice = raw.subarray(start, start + length);
      return Buffer.concat([
        raw.subarray(0, start),
        ...Array.from({ length: 30 }, () => slice),
        raw.subarray(start),
      ]);
    }
  }
}
