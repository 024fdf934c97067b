import { isAscii } from 'node:buffer';
import { findBareLineBreak } from '../message/bare-line-break.ts';
import { failPoint } from '../observability/fail-point.ts';
import type { AttemptJob, AttemptResult, Courier } from './courier.ts';
import { HandOver } from './hand-over.ts';
import {
  type Answer,
  accepted,
  failedAfterHandOver,
  failedBeforeHandOver,
  type SmtpError,
} from './smtp-answer.ts';
import type { Submission, UpstreamConnection } from './smtp-connection.ts';
import { ConnectionPool } from './smtp-pool.ts';
import type { Upstream } from './upstream.ts';

/** What a mail needs of an upstream. */
interface Needs {
  /** RFC 6152: there are bytes above 127. */
  eightBit: boolean;
  /** RFC 6531: an address is not ASCII. */
  utf8Address: boolean;
  /** RFC 6531: the client declared SMTPUTF8 and a header field is not ASCII. */
  utf8Header: boolean;
}

/**
 * Hands mails to one SMTP upstream over kept connections.
 *
 * The bytes leave as given (nodemailer stuffs dots, which the receiver undoes). One exception lies in SMTP
 * itself: a message whose last line is not ended by CRLF gets that CRLF, for DATA cannot end without one (RFC 5321
 * 4.1.1.4). Both DKIM body canonicalisations (RFC 6376 3.4.3, 3.4.4) add the same CRLF, so signatures stay good.
 */
export class SmtpRelay implements Courier {
  readonly #upstream: Upstream;
  readonly #pool: ConnectionPool;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
    this.#pool = new ConnectionPool(upstream);
  }

  async attempt(job: AttemptJob): Promise<AttemptResult> {
    const refusal = unsendable(job);
    if (refusal) return { ...refusal, upstream: this.#upstream.name };
    const deadline = new Deadline(this.#upstream.attempt_seconds);
    try {
      const first = await this.#try(job, false, deadline);
      // A kept connection that had gone stale says nothing about the upstream: once more over a new one.
      const answer = first === 'stale' ? await this.#try(job, true, deadline) : first;
      return { ...(answer as Answer), upstream: this.#upstream.name };
    } catch (error) {
      // No session: nothing was handed over.
      return { ...failedBeforeHandOver(error as SmtpError), upstream: this.#upstream.name };
    } finally {
      deadline.clear();
    }
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #try(
    job: AttemptJob,
    fresh: boolean,
    deadline: Deadline,
  ): Promise<(Answer & { elsewhere?: boolean }) | 'stale'> {
    const { signal } = deadline;
    const { connection, kept } = await this.#pool.borrow({ fresh, signal });
    const abort = (): void => connection.destroy(signal.reason as Error);
    signal.addEventListener('abort', abort);
    const needs = needsOf(job);
    const body = new HandOver(
      job.raw,
      () => connection.flushed(),
      async () => {
        const allowed = await job.beforeLastByte();
        if (allowed) {
          deadline.restart(this.#upstream.answer_seconds);
          connection.allowSilence(this.#upstream.answer_seconds);
        }
        return allowed;
      },
    );
    try {
      const lacking = unmet(connection, job, needs);
      if (lacking) {
        this.#pool.keep(connection);
        return lacking;
      }
      failPoint('data-before');
      const reply = await connection.send(submissionOf(job, needs), body);
      connection.allowSilence(null);
      this.#pool.keep(connection);
      return accepted(reply);
    } catch (cause) {
      const error = cause as SmtpError;
      await this.#giveBack(connection, body, error);
      await body.settled();
      if (body.refusal !== null) return { outcome: 'aborted', response: body.refusal, status: undefined };
      if (body.handedOver) return failedAfterHandOver(error);
      if (kept && !body.begun && endedTheSession(error) && !signal.aborted) return 'stale';
      return failedBeforeHandOver(error);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** A refused envelope leaves the session usable after RSET; everything else ends it. */
  async #giveBack(connection: UpstreamConnection, body: HandOver, error: SmtpError): Promise<void> {
    const reusable = connection.alive && !body.begun && error.code === 'EENVELOPE' && !endedTheSession(error);
    try {
      if (!reusable) throw error;
      await connection.reset();
      this.#pool.keep(connection);
    } catch {
      this.#pool.drop(connection);
    }
  }
}

/** One clock for an attempt: first until the hand-over, then until the answer. */
class Deadline {
  readonly #controller = new AbortController();
  readonly signal = this.#controller.signal;
  #timer: NodeJS.Timeout;

  constructor(seconds: number) {
    this.#timer = this.#start(seconds);
  }

  restart(seconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start(seconds);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  #start(seconds: number): NodeJS.Timeout {
    return setTimeout(() => this.#controller.abort(new Error(`no end after ${seconds} s`)), seconds * 1000);
  }
}

/** 421 announces the end of the session, whatever it answers (RFC 5321 3.8). */
function endedTheSession(error: SmtpError): boolean {
  return error.responseCode === 421 || (error.code !== 'EENVELOPE' && error.code !== 'EMESSAGE');
}

/** What no upstream could be given, with the status that says so. */
function unsendable(job: AttemptJob): Answer | null {
  for (const address of [job.from, job.to]) {
    // nodemailer trims addresses and refuses < and >; an address must leave as it came or not at all.
    if (/[\p{Cc}<>]|^\s|\s$/u.test(address)) {
      return {
        outcome: 'permanent',
        response: 'an address holds characters SMTP cannot carry',
        status: '5.1.3',
      };
    }
  }
  // nodemailer would turn these into CRLF, which changes signed bytes; RFC 5321 2.3.8 forbids sending them.
  const bare = findBareLineBreak(job.raw);
  if (!bare) return null;
  return { outcome: 'permanent', response: `bare ${bare.kind} at byte ${bare.offset}`, status: '5.6.0' };
}

function needsOf(job: AttemptJob): Needs {
  const headerEnd = job.raw.indexOf('\r\n\r\n');
  const header = headerEnd < 0 ? job.raw : job.raw.subarray(0, headerEnd);
  return {
    eightBit: !isAscii(job.raw),
    utf8Address: !isAscii(Buffer.from(job.from + job.to)),
    utf8Header: job.params.smtpUtf8 && !isAscii(header),
  };
}

/**
 * Says why this upstream cannot take the mail. For 8-bit bytes RFC 6152 3 leaves two ways, to convert to 7-bit or
 * to give up, and forbids to send them regardless. Converting would break DKIM signatures and what was judged, so
 * it is a permanent failure; likewise for SMTPUTF8 (RFC 6531 3.2).
 */
function unmet(
  connection: UpstreamConnection,
  job: AttemptJob,
  needs: Needs,
): (Answer & { elsewhere: boolean }) | null {
  const lacking = (response: string, status: string) =>
    ({ outcome: 'permanent', response, status, elsewhere: true }) as const;
  if ((needs.utf8Address || needs.utf8Header) && !connection.offers('SMTPUTF8')) {
    return lacking('the upstream does not offer SMTPUTF8', needs.utf8Address ? '5.6.7' : '5.6.9');
  }
  if (needs.eightBit && !connection.offers('8BITMIME'))
    return lacking('the upstream does not offer 8BITMIME', '5.6.3');
  const limit = connection.maxSize;
  if (limit !== null && job.raw.length > limit)
    return lacking(`the upstream takes at most ${limit} bytes`, '5.3.4');
  return null;
}

function submissionOf(job: AttemptJob, needs: Needs): Submission {
  return {
    from: job.from,
    to: job.to,
    size: job.raw.length,
    declare8bit: job.params.body8bit || needs.eightBit,
    declareUtf8: job.params.smtpUtf8 || needs.utf8Address,
    dsn: {
      ret: job.params.dsnRet,
      envid: job.params.dsnEnvid,
      notify: job.dsnNotify?.length ? job.dsnNotify : null,
      orcpt: job.dsnOrcpt ?? null,
    },
  };
}
