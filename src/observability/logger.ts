import { type DestinationStream, type LogFn, type Logger, pino } from 'pino';
import { withoutSecrets } from '../config/known-secrets.ts';
import { diskTrouble } from '../store/disk-trouble.ts';
import { maskAddresses, redactedError, replyCodes } from './redact.ts';

export type { Logger };

/** Never logged, whatever is configured. */
const SECRETS = ['password', 'secret', 'token', 'authorization', '*.password', '*.secret', '*.token'];

/** What the mail itself says, and whom it is for. */
const TEXT = [
  'raw',
  'text',
  'html',
  'body',
  'subject',
  'draft',
  'address',
  'recipient',
  // Of mails that came in: whoever sent them wrote it.
  'messageId',
  '*.recipient',
  '*.address',
  '*.subject',
];

export interface LoggerOptions {
  /** false: addresses, upstreams' replies and whole errors are logged, for finding a fault. Secrets never are. */
  redact?: boolean;
  destination?: DestinationStream;
}

/**
 * JSON logs, one line an event. Lines about a mail carry its id in `message` and, where they are about one recipient, the
 * delivery's in `delivery`; docs/OBSERVABILITY.md has the fields. With `redact` (default) no line holds an address or words of a mail:
 * callers log ids, listed keys are blanked, errors are cut to what names the fault, and whatever is shaped like an address is masked.
 */
export function createLogger(
  level: string,
  { redact = true, destination = standardError() }: LoggerOptions = {},
): Logger {
  return pino(
    {
      level,
      base: null,
      redact: {
        paths: redact ? [...SECRETS, ...TEXT, 'response'] : SECRETS,
        censor: (value, path) =>
          path.at(-1) === 'response' && typeof value === 'string' ? replyCodes(value) : '[redacted]',
      },
      ...(redact && { serializers: { err: redactedError } }),
      hooks: {
        streamWrite: (line) => withoutSecrets(redact ? maskAddresses(line) : line),
        logMethod: quietly,
      },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  );
}

/** Lines kept while standard error takes none, bytes; what comes after is dropped. */
const MAX_KEPT = 1_000_000;

/** A log that cannot be written, as on a full disk, must not end the gate: what fits is written when there is room again. */
function standardError(): DestinationStream {
  const destination = pino.destination({ fd: 2, sync: true, maxLength: MAX_KEPT });
  destination.on('error', () => {});
  return destination;
}

/**
 * A disk in trouble fails every loop and every mail, many times a second. `store/storage.ts` tells of it, with what to do, when it
 * begins, once a minute and when it is over; what follows from it is for `debug`.
 */
function quietly(this: Logger, args: Parameters<LogFn>, method: LogFn, level: number): void {
  const [first] = args as [unknown, ...unknown[]];
  const { err = null, storage } = Object(first) as { err?: unknown; storage?: unknown };
  const follows = storage === undefined && diskTrouble(err) !== null;
  if (!follows) method.apply(this, args);
  else if (level > this.levels.values['debug']!) this.debug(...args);
  else method.apply(this, args);
}
