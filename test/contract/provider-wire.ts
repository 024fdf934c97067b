import type { ProviderName } from '../../src/message/provider.ts';
import type { TestGate } from '../support/gate.ts';
import type { ScriptedAnswer, SeenRequest } from '../support/provider-stand-in.ts';

export interface WireMail {
  to: string[];
  cc?: string[];
  bcc?: string[];
  subject?: string;
  text?: string;
  html?: string;
  /** Unix seconds. */
  at?: number;
}

/** A request as a client of the provider writes it. */
export interface WireRequest {
  path: string;
  contentType: string;
  body: string;
}

/** What a request says. */
export interface WireContent {
  /** All who get it, sorted. */
  recipients: string[];
  subject: string;
  text: string | null;
  html: string | null;
}

/** One provider's sending API as it looks on the wire, from both of its sides. */
export interface ProviderWire {
  name: ProviderName;
  /** Which of the provider's ways, where there are several. */
  way?: string;
  /** Its section of `providers:`, without the base URL. */
  account: Record<string, string>;
  /** The same mail with the same bytes, written less tidily than needed. */
  request(mail: WireMail): WireRequest;
  /** False: the provider's API can schedule nothing. */
  schedules: boolean;
  /** Several mails in one request, and how each leaves; null: the API has none that can be judged. */
  batch: ((mails: WireMail[]) => { all: WireRequest; each: WireRequest[] }) | null;
  /** Headers with which an engine shows a key of the gate. */
  authorize(gate: TestGate, request: WireRequest, now: number): Promise<Record<string, string>>;
  /** Whether the request is authorized by the account, as the provider would check it. */
  isAccounts(request: SeenRequest): boolean;
  read(request: SeenRequest): Promise<WireContent>;
  /** The nth mail is taken. */
  taken(n: number): ScriptedAnswer;
  /** The id that `taken` gives it, as the provider's events name it. */
  idOf(n: number): string;
  /** Too many requests; without Retry-After. */
  throttled: ScriptedAnswer;
  /** The mail is at fault. */
  refused: ScriptedAnswer & { words: string };
  /** The account's key is at fault. */
  wrongKey: ScriptedAnswer;
  /** How the API knows a request that it has seen before; null: not at all. */
  keyHeader: string | null;
}
