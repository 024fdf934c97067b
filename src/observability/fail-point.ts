import { writeSync } from 'node:fs';

/**
 * Every durable step of the gate, in the order in which a mail meets them. `test/crash` kills a gate at each of them and
 * compares what clients were told with what the upstream got.
 */
export const FAIL_POINTS = [
  'migration-inside',
  'migration-between',
  'accept-before-commit',
  'accept-committed',
  'commit-before',
  'commit-done',
  'message-claimed',
  'judge-before',
  'judge-done',
  'transition-written',
  'event-queued',
  'delivery-claimed',
  'attempt-opened',
  'data-before',
  'body-begun',
  'hand-over-before',
  'hand-over-marked',
  'last-byte-sent',
  'reply-received',
  'outcome-written',
  'settled',
  'event-claimed',
  'event-sent',
  'label-written',
  'act-committed',
  'backup-copied',
  'backup-renamed',
] as const;

export type FailPoint = (typeof FAIL_POINTS)[number];

const VARIABLE = 'PRESEND_FAIL_POINT';

/** The point to die at, and how often it is passed before that; null = none, as outside of tests. */
let armed = readArmed(process.env[VARIABLE]);

/**
 * Dies as by a power cut of the process (SIGKILL: nothing is flushed, no handler runs) where the environment variable
 * `PRESEND_FAIL_POINT` names this point, as `name` or `name:n` for the nth time it is reached. Without the variable it does
 * nothing; no configuration can set it.
 */
export function failPoint(name: FailPoint): void {
  if (armed === null || armed.name !== name) return;
  armed.passes -= 1;
  if (armed.passes > 0) return;
  armed = null;
  // Read by whoever started it, to know that it died here. Written at once: nothing runs after the signal.
  writeSync(process.stderr.fd, `fail-point ${name}\n`);
  process.kill(process.pid, 'SIGKILL');
}

/** As `failPoint`, once `when` resolves; `when` is not called where the point is not the armed one. */
export function failPointAfter(name: FailPoint, when: () => Promise<unknown>): void {
  if (armed?.name === name) void when().then(() => failPoint(name));
}

function readArmed(value: string | undefined): { name: string; passes: number } | null {
  if (value === undefined || value === '') return null;
  const [name = '', count = '1'] = value.split(':');
  const passes = Number(count);
  if (!(FAIL_POINTS as readonly string[]).includes(name) || !Number.isInteger(passes) || passes < 1) {
    throw new Error(`${VARIABLE}=${value}: write one of ${FAIL_POINTS.join(', ')}, and :n for the nth time`);
  }
  return { name, passes };
}
