import type { Texts } from '../../message/edited-text.ts';
import type { ProviderName } from '../../message/provider.ts';
import type { AttemptResult } from '../courier.ts';

/** The request a message came in, as stored. */
export interface StoredRequest {
  provider: ProviderName;
  /** Path at the provider, e.g. `/emails`. */
  path: string;
  contentType: string;
  body: Buffer;
}

/** What must differ from the request as it came. With nothing to change the bytes leave as they are. */
export interface Departure {
  /** Address keys (crm/address.ts) of those who get it; null = everybody it names. */
  only: ReadonlySet<string> | null;
  /** A reviewer's text; null = unchanged. A part that is null was not there. */
  edit: Texts | null;
  /** With `edit`: the whole mail as edited, for requests that hold MIME. */
  raw?: Buffer;
  /** Header lines the gate adds. */
  headers: readonly { name: string; value: string }[];
}

/** An account at the provider, secrets read. */
export interface Account {
  /** Without a slash at the end. */
  baseUrl: string;
  apiKey: string;
  /** SES alone. */
  region?: string;
  accessKeyId?: string;
}

/** A request ready to go. */
export interface ApiRequest {
  url: string;
  method: 'POST';
  /** Without Content-Length and Host, which the courier adds. */
  headers: Record<string, string>;
  body: Buffer;
}

export interface ApiAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** At most 64 KiB of it. */
  body: string;
}

/** What an answer means. `lost`: it may have been taken or not. */
export interface ApiVerdict {
  outcome: Extract<AttemptResult['outcome'], 'delivered' | 'temporary' | 'permanent' | 'lost'>;
  /** One line. */
  response: string;
  /** The provider's id of the mail. */
  upstreamId: string | null;
}

/** One provider's sending API, from the client's side. */
export interface Dialect {
  name: ProviderName;
  /**
   * The body as it leaves. The time it was scheduled for is taken out: it waited here.
   *
   * @throws Error with a sentence when the change cannot be made; the mail is then held
   */
  depart(request: StoredRequest, departure: Departure): Pick<StoredRequest, 'contentType' | 'body'>;
  /** @param key the gate's idempotency key; ignored where the provider knows none */
  request(stored: StoredRequest, account: Account, key: string, now: number): ApiRequest;
  /** How long the provider remembers a key, milliseconds; null = it knows no keys. */
  keyMs: number | null;
  interpret(answer: ApiAnswer): ApiVerdict;
}
