import { Readable } from 'node:stream';
import { failPoint, failPointAfter } from '../observability/fail-point.ts';

const CHUNK = 64 * 1024;

/**
 * A message on its way to an upstream, whose last byte waits for permission.
 *
 * nodemailer reports the same error whether the connection broke at MAIL FROM or after the whole body, so
 * this stream is what knows how far the message got: while `handedOver` is false, the end of the message
 * (its last byte and the dot after it) has not left, and no upstream can have accepted it (RFC 5321 4.1.1.4).
 */
export class HandOver extends Readable {
  /** The last byte was given to the connection. From here on only the upstream's answer tells what became of it. */
  handedOver = false;
  /** The upstream asked for the message (354), so the session is inside DATA. */
  begun = false;
  /** Why permission was not given; null while it was not refused. */
  refusal: string | null = null;
  readonly #raw: Buffer;
  readonly #flushed: () => Promise<void>;
  readonly #ask: () => Promise<boolean>;
  readonly #headEnd: number;
  #at = 0;
  #asked: Promise<boolean> | null = null;
  #finishing = false;

  /**
   * @param flushed resolves when every byte given so far has been written to the network
   * @param ask permission for the last byte; called at most once
   */
  constructor(raw: Buffer, flushed: () => Promise<void>, ask: () => Promise<boolean>) {
    // 0: `_read` runs only when everything pushed before has been taken, never ahead of it.
    super({ highWaterMark: 0 });
    this.#raw = raw;
    this.#headEnd = Math.max(0, raw.length - 1);
    this.#flushed = flushed;
    this.#ask = ask;
    // The refusal is told through `refusal`; the 'error' event is nodemailer's.
    this.on('error', () => {});
  }

  /**
   * Resolves when no `ask` is under way. An attempt must not be reported before that: a commit that lands
   * after the report would mark as handed over what was already settled.
   */
  async settled(): Promise<void> {
    await this.#asked;
  }

  override _read(): void {
    if (!this.begun) failPoint('body-begun');
    this.begun = true;
    if (this.#at < this.#headEnd) {
      const end = Math.min(this.#at + CHUNK, this.#headEnd);
      const chunk = this.#raw.subarray(this.#at, end);
      this.#at = end;
      this.push(chunk);
    } else if (!this.#finishing) {
      this.#finishing = true;
      void this.#finish();
    }
  }

  async #finish(): Promise<void> {
    await this.#flushed();
    // The connection broke while the body was written: it is known that nothing was accepted, so nobody is asked.
    if (this.destroyed) return;
    this.#asked = this.#permission();
    const allowed = await this.#asked;
    if (this.destroyed) return;
    if (!allowed) {
      this.destroy(new Error(this.refusal ?? 'refused'));
      return;
    }
    failPoint('hand-over-marked');
    this.handedOver = true;
    if (this.#raw.length > 0) this.push(this.#raw.subarray(this.#headEnd));
    this.push(null);
    // Not before the dot behind it has left, too.
    this.once('end', () => setImmediate(() => failPointAfter('last-byte-sent', this.#flushed)));
  }

  async #permission(): Promise<boolean> {
    try {
      if (await this.#ask()) return true;
      this.refusal = 'no longer allowed to go';
    } catch (error) {
      this.refusal = `the attempt could not be recorded: ${error instanceof Error ? error.message : 'unknown error'}`;
    }
    return false;
  }
}
