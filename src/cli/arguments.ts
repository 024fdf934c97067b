import { InvalidArgumentError } from 'commander';

/** An option's value that must be a whole number from 1. */
export function count(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('write a whole number from 1.');
  return number;
}
