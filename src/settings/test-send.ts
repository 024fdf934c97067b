import { withoutSecrets } from '../config/known-secrets.ts';
import { addressKey, domainOfKey } from '../crm/address.ts';
import { getProspectByAddress } from '../crm/store.ts';
import { suppressionsHolding } from '../crm/suppression-store.ts';
import type { AttemptResult } from '../delivery/courier.ts';
import { ApiError } from '../http/api-error.ts';
import { listEngines } from '../intake/engine-store.ts';
import { newId } from '../message/id.ts';
import { mailDate, message, messageIdFor, rawHeader, textPart } from '../message/mime-writer.ts';
import { PROVIDERS, type ProviderName } from '../message/provider.ts';
import { recordAudit } from '../store/audit.ts';
import type { SettingsContext } from './context.ts';
import { upstreamNames } from './engine-changes.ts';
import { adviceFor } from './failure-advice.ts';
import { type TestMail, testRequest } from './test-request.ts';
import type { TestBody, TestResult } from './web-types.ts';

/** Most tests of one person in `WINDOW_MS`. */
const MOST = 6;
const WINDOW_MS = 10 * 60_000;

/** RFC 3834 5; the second keeps vacation notices of Exchange away, the third says what it is. */
const OWN_HEADERS = [
  { name: 'Auto-Submitted', value: 'auto-generated' },
  { name: 'X-Auto-Response-Suppress', value: 'All' },
  { name: 'X-Presend-Test', value: 'yes' },
];

/**
 * Sends one real mail through one upstream and tells what the upstream said. It is the gate's own mail: it is neither judged nor
 * queued, and for that reason goes to nobody in the CRM mirror and to nobody who opted out.
 */
export class TestSend {
  readonly #context: SettingsContext;
  readonly #sent = new Map<string, number[]>();

  constructor(context: SettingsContext) {
    this.#context = context;
  }

  /** @throws ApiError for an upstream, sender or recipient that will not do, and above the rate */
  async send(upstream: string, { from, to }: TestBody, actor: string): Promise<TestResult> {
    const { database, config, now } = this.#context;
    if (!upstreamNames(config).includes(upstream))
      throw new ApiError('not_found', 'There is no such upstream.');
    await this.#check({ from, to });
    this.#limit(actor, now());
    const at = now();
    const id = `test-${newId(at)}`;
    const subject = { type: 'upstream', id: upstream };
    await database.transact((trx) =>
      recordAudit(trx, { at, actor, subject, action: 'test_sent', detail: { from, to, id } }),
    );
    const began = performance.now();
    const result = await this.#attempt(upstream, {
      id,
      at,
      from,
      to,
      subject: `presend test through ${upstream}`,
      text: `This is a test of the upstream "${upstream}" by ${actor}.\r\n\r\nIf you can read this, mail leaves presend on ${config.hostname} through it.\r\n`,
      headers: OWN_HEADERS,
    });
    const { outcome, response } = result;
    await database.transact((trx) =>
      recordAudit(trx, {
        at: now(),
        actor,
        subject,
        action: 'test_answered',
        detail: { id, outcome, response },
      }),
    );
    return {
      outcome,
      upstream: result.upstream,
      response,
      status: result.status ?? null,
      took_ms: Math.round(performance.now() - began),
      ...adviceFor(result),
    };
  }

  async #check({ from, to }: TestBody): Promise<void> {
    const { database, config } = this.#context;
    const [sender, recipient] = [addressKey(from), addressKey(to)];
    if (sender === null) throw invalid('from', 'is not an e-mail address');
    if (recipient === null) throw invalid('to', 'is not an e-mail address');
    const engines = await listEngines(database.db);
    const domain = domainOfKey(sender);
    const allowed =
      sender === addressKey(config.escalation.from) ||
      engines.some(({ senderDomains }) =>
        senderDomains.some((one) => domain === one || (one.startsWith('.') && `.${domain}`.endsWith(one))),
      );
    if (!allowed) {
      throw invalid('from', 'no engine may send as this domain; use one of an engine’s sender domains');
    }
    if ((await suppressionsHolding(database.db, to)).length > 0) {
      throw invalid('to', 'this address opted out; a test goes to your own people');
    }
    if (await getProspectByAddress(database.db, to)) {
      throw invalid('to', 'this is a prospect of the CRM mirror; a test goes to your own people');
    }
  }

  #limit(actor: string, at: number): void {
    const recent = (this.#sent.get(actor) ?? []).filter((time) => time > at - WINDOW_MS);
    if (recent.length >= MOST) {
      const retryAfterSeconds = Math.ceil((recent[0]! + WINDOW_MS - at) / 1000);
      throw new ApiError('too_many', `At most ${MOST} tests in ten minutes; wait a little.`, {
        retryAfterSeconds,
      });
    }
    this.#sent.set(actor, [...recent, at]);
  }

  async #attempt(upstream: string, mail: TestMail & { id: string; at: number }): Promise<AttemptResult> {
    const result = await this.#send(upstream, mail);
    return { ...result, response: withoutSecrets(result.response) };
  }

  #send(upstream: string, mail: TestMail & { id: string; at: number }): Promise<AttemptResult> {
    const { config, apis, courierFor } = this.#context;
    const beforeLastByte = async (): Promise<boolean> => true;
    if ((PROVIDERS as readonly string[]).includes(upstream)) {
      const provider = upstream as ProviderName;
      const api = apis.get(provider);
      if (!api) throw new ApiError('conflict', 'The gate runs without this account; restart it.');
      return api.attempt({ request: testRequest(provider, mail), idempotencyKey: mail.id, beforeLastByte });
    }
    const raw = message(
      [
        rawHeader('From', `presend <${mail.from}>`),
        rawHeader('To', `<${mail.to}>`),
        rawHeader('Subject', mail.subject),
        rawHeader('Date', mailDate(mail.at)),
        rawHeader('Message-ID', messageIdFor(mail.id, 'test', config.hostname)),
        ...mail.headers.map(({ name, value }) => rawHeader(name, value)),
      ],
      textPart('plain', mail.text),
    );
    return courierFor([upstream]).attempt({
      deliveryId: mail.id,
      from: mail.from,
      to: mail.to,
      params: { body8bit: false, smtpUtf8: false },
      raw,
      beforeLastByte,
    });
  }
}

const invalid = (field: string, why: string): ApiError =>
  new ApiError('invalid', `${field}: ${why}`, { fields: { [field]: why } });
