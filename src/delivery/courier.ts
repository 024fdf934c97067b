import type { EnvelopeParams } from '../message/types.ts';

/** One delivery's hand-over to an upstream. */
export interface AttemptJob {
  deliveryId: string;
  from: string;
  to: string;
  params: EnvelopeParams;
  dsnNotify?: string[] | undefined;
  dsnOrcpt?: string | undefined;
  /** The bytes to send, exactly. */
  raw: Buffer;
  /**
   * Called once, after everything but the last byte of the message went out. Commits the attempt durably and
   * re-checks that it may still go; the last byte is handed over only when this resolves true.
   */
  beforeLastByte(): Promise<boolean>;
}

/**
 * What became of one attempt. `lost`: the last byte went out and no answer came, so nobody knows.
 * `aborted`: `beforeLastByte` said no, nothing was accepted.
 */
export type AttemptResult = {
  outcome: 'delivered' | 'temporary' | 'permanent' | 'lost' | 'aborted';
  /** Name of the upstream that was tried last. */
  upstream: string;
  /** The upstream's reply or the error, one line. */
  response: string;
  /** Enhanced status code (RFC 3463) where the upstream gave one. */
  status?: string | undefined;
  /**
   * With `permanent`: this upstream lacks what the mail needs (8BITMIME, SMTPUTF8, its size), another may have it.
   */
  elsewhere?: boolean | undefined;
  /** The upstream asked not to be tried again before this many milliseconds. */
  retryAfterMs?: number | undefined;
  /** With `delivered`: the upstream's own id of the mail. */
  upstreamId?: string | undefined;
};

/** Makes one delivery attempt; never throws for what an upstream does. */
export interface Courier {
  attempt(job: AttemptJob): Promise<AttemptResult>;
  close(): Promise<void>;
}
