import { idOf, uuidOf } from '../../message/id.ts';

/** Of a request's messages the ids follow each other, save where a millisecond passed. */
const RUN = /^([\w-]{22})([0-9a-z]{1,3})$/;

const numberOf = (id: string): bigint => BigInt(`0x${uuidOf(id).replaceAll('-', '')}`);

function idOfNumber(number: bigint): string | null {
  const hex = number.toString(16).padStart(32, '0');
  return idOf(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
}

/**
 * One id that names several messages, so that nothing has to be stored beside them: of every run of ids that follow each
 * other the first (its 16 bytes, base64url) and the number of them (base 36), joined by dots.
 *
 * @param ids ULIDs
 */
export function bulkIdOf(ids: readonly string[]): string {
  const runs: { first: bigint; count: number }[] = [];
  for (const id of ids) {
    const number = numberOf(id);
    const last = runs.at(-1);
    if (last && last.first + BigInt(last.count) === number) last.count += 1;
    else runs.push({ first: number, count: 1 });
  }
  return runs
    .map(({ first, count }) => {
      const bytes = Buffer.from(first.toString(16).padStart(32, '0'), 'hex');
      return `${bytes.toString('base64url')}${count.toString(36)}`;
    })
    .join('.');
}

/**
 * @param max messages it may name
 * @returns the ids behind an id of `bulkIdOf`; null for anything else
 */
export function idsOfBulk(text: string, max: number): string[] | null {
  const ids: string[] = [];
  for (const run of text.split('.')) {
    const [, encoded = '', digits = ''] = RUN.exec(run) ?? [];
    const count = Number.parseInt(digits, 36);
    if (!(count > 0) || ids.length + count > max) return null;
    const first = BigInt(`0x${Buffer.from(encoded, 'base64url').toString('hex')}`);
    for (let i = 0; i < count; i += 1) {
      const id = idOfNumber(first + BigInt(i));
      if (id === null) return null;
      ids.push(id);
    }
  }
  return ids;
}
