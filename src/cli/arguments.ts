import { InvalidArgumentError } from 'commander';

/** An option's value that must be a whole number from 1. */
export function count(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('write a whole number from 1.');
  return number;
}

/** A reason or a report: as short as it likes, but something. */
export function reason(value: string): string {
  const text = value.trim();
  if (text.length < 3) throw new InvalidArgumentError('say it in a few words, at least 3 characters.');
  return text;
}
