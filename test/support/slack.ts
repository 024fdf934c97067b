import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { SlackMessage } from '../../src/notify/slack-message.ts';

export interface SlackAct {
  status?: number;
  /** As Slack writes it: plain text. */
  text?: string;
  headers?: Record<string, string>;
  /** Take the message and never answer: the connection is cut. */
  cut?: boolean;
}

/** Slack's incoming webhook on loopback: it checks what it gets as Slack's documentation says, and answers in plain text. */
export class SlackStandIn {
  /** Messages answered `ok`. */
  readonly messages: SlackMessage[] = [];
  /** Everything that came in whole. */
  readonly requests: SlackMessage[] = [];
  /** Answers to come, in this order; then `ok`. */
  script: SlackAct[] = [];
  readonly #server: Server;

  static async start(): Promise<SlackStandIn> {
    const slack = new SlackStandIn();
    await new Promise<void>((resolve) => slack.#server.listen(0, '127.0.0.1', resolve));
    onTestFinished(
      () =>
        new Promise<void>((resolve) => {
          slack.#server.close(() => resolve());
          slack.#server.closeAllConnections();
        }),
    );
    return slack;
  }

  constructor() {
    this.#server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const answer = (status: number, text: string, headers: Record<string, string> = {}): void => {
          res.writeHead(status, { 'content-type': 'text/html', ...headers }).end(text);
        };
        if (req.method !== 'POST' || !req.url?.startsWith('/services/T0/B0/'))
          return answer(404, 'no_service');
        if (!req.headers['content-type']?.startsWith('application/json'))
          return answer(400, 'invalid_payload');
        const wrong = whatIsWrong(Buffer.concat(chunks).toString());
        if (typeof wrong === 'string') return answer(400, wrong);
        this.requests.push(wrong.message);
        const act = this.script.shift();
        if (act?.cut) return void req.socket.destroy();
        if (act) return answer(act.status ?? 200, act.text ?? 'ok', act.headers);
        this.messages.push(wrong.message);
        answer(200, 'ok');
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/services/T0/B0/secret`;
  }
}

/** Limits of https://docs.slack.dev/reference/block-kit/blocks. */
function whatIsWrong(body: string): string | { message: SlackMessage } {
  let message: SlackMessage;
  try {
    message = JSON.parse(body) as SlackMessage;
  } catch {
    return 'invalid_payload';
  }
  if (typeof message.text !== 'string' || message.text === '') return 'no_text';
  if (!Array.isArray(message.blocks) || message.blocks.length > 50) return 'invalid_blocks';
  for (const block of message.blocks) {
    const fits =
      block.type === 'header'
        ? block.text.type === 'plain_text' && within(block.text.text, 150)
        : block.type === 'section'
          ? block.text.type === 'mrkdwn' && within(block.text.text, 3_000)
          : block.type === 'context' &&
            block.elements.length <= 10 &&
            block.elements.every((element) => within(element.text, 3_000));
    if (!fits) return 'invalid_blocks';
  }
  return { message };
}

const within = (text: string, max: number): boolean => text.length > 0 && text.length <= max;
