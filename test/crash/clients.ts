import { type Socket, connect } from 'node:net';
import { idOf } from '../../src/message/id.ts';
import type { QueuePage } from '../../src/review/web-types.ts';
import type { Mail, OptOut, ReviewAct, Told } from './ledger.ts';
import type { Template } from './template.ts';

type Answer = Omit<Told, 'generation'>;

const CUT: Answer = { answer: 'cut', id: null, text: '' };

/** A connection that says lines and hears replies, or `null` when it breaks. */
class Lines {
  readonly #socket: Socket;
  #buffer = '';
  #over = false;
  #tell: () => void = () => {};

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk) => {
      this.#buffer += chunk.toString('latin1');
      this.#tell();
    });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.#over = true;
      this.#tell();
    });
  }

  async say(text: string): Promise<string | null> {
    this.#socket.write(text);
    return this.reply();
  }

  /** The next whole reply. */
  async reply(): Promise<string | null> {
    for (;;) {
      const match = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r?\n/.exec(this.#buffer);
      if (match) {
        this.#buffer = this.#buffer.slice(match[0].length);
        return match[0].trimEnd();
      }
      if (this.#over) return null;
      await new Promise<void>((resolve) => {
        this.#tell = resolve;
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Submits a mail by SMTP over a connection of its own, as many engines do. */
export async function submitBySmtp(port: number, mail: Mail): Promise<Answer> {
  const lines = new Lines(port);
  try {
    if ((await lines.reply()) === null) return CUT;
    const envelope = [
      'EHLO load.example\r\n',
      `MAIL FROM:<${mail.from}>\r\n`,
      ...mail.recipients.map(({ address }) => `RCPT TO:<${address}>\r\n`),
      'DATA\r\n',
    ];
    for (const line of envelope) {
      const reply = await lines.say(line);
      if (reply === null) return CUT;
      if (!/^[23]/.test(reply)) return heard(reply);
    }
    const reply = await lines.say(`${mail.body}.\r\n`);
    return reply === null ? CUT : heard(reply);
  } finally {
    lines.close();
  }
}

function heard(text: string): Answer {
  const id = /\b([0-7][0-9A-HJKMNP-TV-Z]{25})\b/.exec(text)?.[1] ?? null;
  if (text.startsWith('2')) return { answer: 'taken', id, text };
  if (text.startsWith('4')) return { answer: 'later', id: null, text };
  return { answer: text.startsWith('550 5.7.1 Suppressed') ? 'suppressed' : 'refused', id, text };
}

/** Submits a mail in the shape of a provider's API. */
export async function submitByHttp(port: number, mail: Mail, apiKey: string): Promise<Answer> {
  const answered =
    mail.way === 'postmark'
      ? await request(port, '/postmark/email', mail.body, { 'X-Postmark-Server-Token': apiKey })
      : await request(port, '/resend/emails', mail.body, {
          Authorization: `Bearer ${apiKey}`,
          ...(mail.key === null ? {} : { 'Idempotency-Key': mail.key }),
        });
  if (answered === null) return CUT;
  const { status, text, id } = answered;
  if (status === 200) {
    const given = JSON.parse(text) as { id?: string; MessageID?: string };
    return { answer: 'taken', id: idOf(given.id ?? given.MessageID ?? ''), text };
  }
  if (status === 503) return { answer: 'later', id: null, text };
  const suppressed = text.includes('Suppressed: ') || text.includes('"ErrorCode":406');
  return { answer: suppressed ? 'suppressed' : 'refused', id, text };
}

/** A reviewer's act by the browser's API. */
export async function actOn(
  port: number,
  { session }: Template,
  { deliveryId, act }: Pick<ReviewAct, 'deliveryId' | 'act'>,
): Promise<Pick<ReviewAct, 'heard' | 'text'>> {
  const body: Record<string, unknown> =
    act === 'label' ? { label: 'right' } : act === 'reject' ? { reason: 'not now', label: 'right' } : {};
  if (act === 'release') body['label'] = 'wrong';
  return await inBrowser(port, session, { path: `/api/deliveries/${deliveryId}/${act}`, body });
}

/** An admin's entry that somebody wants no mail. */
export function optOut(
  port: number,
  { session }: Template,
  address: string,
): Promise<Pick<OptOut, 'heard' | 'text'>> {
  const body = { fields: { target: address, channel: 'email' } };
  return inBrowser(port, session, { path: '/api/crm/suppressions', body });
}

async function inBrowser(
  port: number,
  { cookie, csrf }: Template['session'],
  { path, body }: { path: string; body: object },
): Promise<Pick<ReviewAct, 'heard' | 'text'>> {
  const headers = { Cookie: cookie, 'X-CSRF-Token': csrf };
  const answered = await request(port, path, JSON.stringify(body), headers);
  // Trouble with the database may have come while it was committed: whoever asked does not know, either.
  if (answered === null || answered.status === 503) return { heard: 'cut', text: answered?.text ?? '' };
  return { heard: answered.status === 200 ? 'done' : 'refused', text: answered.text };
}

async function request(
  port: number,
  path: string,
  body: string,
  headers: Record<string, string>,
): Promise<{ status: number; text: string; id: string | null } | null> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Connection: 'close', ...headers },
      body,
      signal: AbortSignal.timeout(20_000),
    });
    return {
      status: response.status,
      text: await response.text(),
      id: response.headers.get('x-presend-id'),
    };
  } catch {
    // No connection, or it was cut: the client cannot know.
    return null;
  }
}

/** Ids of deliveries in the review queue; null when the gate cannot be asked. */
export async function held(port: number, { session }: Template): Promise<string[] | null> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api/queue`, {
      headers: { Accept: 'application/json', Connection: 'close', Cookie: session.cookie },
      signal: AbortSignal.timeout(20_000),
    });
    // In trouble it shows nothing, and is asked again.
    if (response.status === 503) return [];
    if (response.status !== 200) throw new Error(`the queue answers ${response.status}`);
    const { items } = (await response.json()) as QueuePage;
    return items.map(({ id }) => id);
  } catch (error) {
    if (error instanceof TypeError || ['AbortError', 'TimeoutError'].includes((error as Error).name))
      return null;
    throw error;
  }
}
