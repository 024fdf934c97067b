import { AdapterError } from './adapter.ts';

const MAX_CHARACTERS = 400;

/** What was generated up to the first stop; null while it may go on. */
export function endOfRationale(generated: string, stop: readonly string[]): string | null {
  const ends = stop.map((text) => generated.indexOf(text)).filter((at) => at >= 0);
  return ends.length === 0 ? null : generated.slice(0, Math.min(...ends));
}

/** One line for people, whatever the model wrote. @throws AdapterError malformed when it wrote nothing */
export function oneLine(generated: string): string {
  const line = generated.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
  if (line === '') throw new AdapterError('malformed', 'the model gave no rationale');
  return line.length > MAX_CHARACTERS ? `${line.slice(0, MAX_CHARACTERS - 1)}…` : line;
}
