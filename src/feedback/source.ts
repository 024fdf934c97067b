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
   * @throws SignatureError, UnreadableEventError, FeedbackTroubleError
   */
  receive(headers: IncomingHttpHeaders, body: Buffer): Promise<Received>;
}

export const EVENT_BYTES = 1024 * 1024;

/** Mails with their attachments; providers take up to 25–30 MB. */
export const INBOUND_BYTES = 30 * 1024 * 1024;

export const nothingInHeaders = (): void => {};
