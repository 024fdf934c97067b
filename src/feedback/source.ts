import type { IncomingHttpHeaders } from 'node:http';
import type { Received } from './received.ts';

/** One provider's side of `/events`: whom to believe and how to read it. */
export interface EventSource {
  /** Most bytes of a body that comes with these headers; null = nothing of this kind is believed here. */
  limit(headers: IncomingHttpHeaders): number | null;
  /**
   * Refuses what can be refused before the body is read.
   *
   * @throws SignatureError
   */
  checkHeaders(headers: IncomingHttpHeaders): void;
  /**
   * Verifies a request and reads it.
   *
   * @param body let go of as soon as what counts has been taken out of it
   * @throws SignatureError, UnreadableEventError, FeedbackTroubleError
   */
  receive(headers: IncomingHttpHeaders, body: HeldBody): Promise<Received>;
}

/** The bytes of a request, until nobody needs them: reading a mail out of them takes a worker seconds, and as much memory again. */
export class HeldBody {
  #bytes: Buffer;
  readonly #done: (bytes: Buffer) => void;

  /** @param done told the bytes once, when they are let go of */
  constructor(bytes: Buffer, done: (bytes: Buffer) => void = () => {}) {
    this.#bytes = bytes;
    this.#done = done;
  }

  /** Empty when they were let go of. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Again does nothing. */
  letGo(): void {
    const bytes = this.#bytes;
    this.#bytes = NOTHING;
    if (bytes !== NOTHING) this.#done(bytes);
  }
}

const NOTHING = Buffer.alloc(0);

export const EVENT_BYTES = 1024 * 1024;

/** Mails with their attachments; providers take up to 25–30 MB. */
export const INBOUND_BYTES = 30 * 1024 * 1024;

export const nothingInHeaders = (): void => {};
