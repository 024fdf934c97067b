import { UserError } from '../config/user-error.ts';
import { TransitionError } from '../message/disposition.ts';

/** Why one act of many was refused, in words; errors of the gate itself are thrown on. */
export function refusalOf(error: unknown): string {
  if (error instanceof UserError || error instanceof TransitionError) return error.message;
  throw error;
}
