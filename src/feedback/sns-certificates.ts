import type { X509Certificate } from 'node:crypto';
import type { FetchText } from './bounded-fetch.ts';
import { FeedbackTroubleError, SignatureError } from './errors.ts';
import { readCertificate } from './signatures/sns.ts';

/** An RSA certificate with its chain is a few kilobytes. */
const MAX_BYTES = 32 * 1024;

/** SNS changes its certificate about once a year; more addresses than this are somebody's invention. */
const MAX_CERTIFICATES = 20;

/** Certificates of SNS by their address, each fetched once. A fetch that failed is tried again by the next message. */
export class SnsCertificates {
  readonly #fetchText: FetchText;
  readonly #known = new Map<string, Promise<X509Certificate>>();

  constructor(fetchText: FetchText) {
    this.#fetchText = fetchText;
  }

  /**
   * @param url checked to be on SNS's own host
   * @throws SignatureError when there is no such certificate, FeedbackTroubleError when it cannot be fetched now
   */
  get(url: string): Promise<X509Certificate> {
    const known = this.#known.get(url);
    if (known) return known;
    const fetched = this.#fetch(url);
    if (this.#known.size >= MAX_CERTIFICATES) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(url, fetched);
    fetched.catch(() => this.#known.delete(url));
    return fetched;
  }

  async #fetch(url: string): Promise<X509Certificate> {
    const { status, text } = await this.#fetchText(url, { maxBytes: MAX_BYTES });
    if (status >= 500 || status === 429) {
      throw new FeedbackTroubleError('the certificate of the SNS message cannot be fetched just now');
    }
    if (status !== 200) throw new SignatureError('the certificate of the SNS message does not exist');
    return readCertificate(text);
  }
}
