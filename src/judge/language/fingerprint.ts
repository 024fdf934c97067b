/** Words per shingle. */
const SHINGLE = 4;
/** Shingles per window: any run of SHINGLE + WINDOW - 1 = 7 shared words is sure to share a fingerprint. */
const WINDOW = 4;
/** Half of the 52 bits that fit a signed 64-bit column and a JavaScript number alike. */
const HALF = 2 ** 26;

/**
 * Fingerprints of a text by winnowing (Schleimer, Wilkerson, Aiken: "Winnowing: local algorithms for
 * document fingerprinting", SIGMOD 2003): of every window of k-word shingles the rightmost smallest hash
 * is kept. Texts that share seven words in a row share a fingerprint; texts under four words have none.
 *
 * @returns distinct integers, 0 <= n < 2^52, in order of first appearance. They are stored in the CRM
 *   mirror, so changing the word form, shingle, window or hash needs a re-index.
 */
export function fingerprints(text: string): number[] {
  const hashes = shingleHashes(fingerprintWords(text));
  const kept = new Set<number>();
  const windows = Math.max(1, hashes.length - WINDOW + 1);
  for (let from = 0; from < windows; from += 1) {
    let smallest: number | undefined;
    for (const hash of hashes.slice(from, from + WINDOW)) {
      if (smallest === undefined || hash <= smallest) smallest = hash;
    }
    if (smallest !== undefined) kept.add(smallest);
  }
  return [...kept];
}

/** Lower-case letters and digits only, so that punctuation, typography and accents do not matter. */
export function fingerprintWords(text: string): string[] {
  const isAscii = /^[\0-\x7f]*$/.test(text);
  const bare = isAscii ? text : text.normalize('NFKD').replace(/\p{M}+/gu, '');
  const plain = bare.toLowerCase().replace(/['\u2018\u2019]/g, '');
  return plain.match(isAscii ? /[a-z0-9]+/g : /[\p{L}\p{N}]+/gu) ?? [];
}

function shingleHashes(words: string[]): number[] {
  const hashes: number[] = [];
  for (let at = 0; at + SHINGLE <= words.length; at += 1) {
    hashes.push(hash52(words.slice(at, at + SHINGLE).join(' ')));
  }
  return hashes;
}

/** Two FNV-1a passes with different bases, avalanched as in MurmurHash3, 26 bits of each. */
function hash52(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5bd1e995);
  }
  return (avalanche(high) % HALF) * HALF + (avalanche(low) % HALF);
}

function avalanche(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
