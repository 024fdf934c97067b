import type { DeliveryState } from '../message/disposition.ts';

/** States of mail that left the gate, or may have: only such mail can have done damage. */
export const LEFT: readonly DeliveryState[] = ['relayed', 'escalated', 'closed', 'uncertain'];

export function hasLeft(state: DeliveryState): boolean {
  return LEFT.includes(state);
}
