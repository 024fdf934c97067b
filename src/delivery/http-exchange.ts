import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Agent } from 'node:http';
import { failPoint } from '../observability/fail-point.ts';
import type { ApiAnswer, ApiRequest } from './providers/dialect.ts';

const MAX_ANSWER = 64 * 1024;

export interface ExchangeOptions {
  agent: Agent;
  /** Up to the hand-over. */
  attemptMs: number;
  /** From the hand-over to the end of the answer. */
  answerMs: number;
  /** See AttemptJob. */
  beforeLastByte: () => Promise<boolean>;
}

/** `handedOver`: the last byte of the request was given to the connection, so the provider may have carried it out. */
export type Exchange =
  | { kind: 'answered'; handedOver: boolean; answer: ApiAnswer }
  | { kind: 'broken'; handedOver: boolean; why: string; stale: boolean }
  | { kind: 'refused'; why: string };

/**
 * One HTTP request whose last byte waits for permission: a provider cannot carry out a request whose body is shorter than its
 * Content-Length (RFC 9112 6.3), so until then it is certain that nothing was sent.
 *
 * Redirects are not followed: the request holds the account's key.
 */
export function exchange(
  { url, method, headers, body }: ApiRequest,
  options: ExchangeOptions,
): Promise<Exchange> {
  const { agent, attemptMs, answerMs, beforeLastByte } = options;
  return new Promise((resolve) => {
    let handedOver = false;
    let asked = false;
    let over = false;
    failPoint('data-before');
    const open = new URL(url).protocol === 'https:' ? requestHttps : requestHttp;
    const req = open(url, { method, agent, headers: { ...headers, 'Content-Length': body.length } });
    const finish = (result: Exchange): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      resolve(result);
      if (result.kind !== 'answered' || !result.handedOver) req.destroy();
    };
    const broken = (why: string): void =>
      finish({ kind: 'broken', handedOver, why, stale: req.reusedSocket && !asked });
    let timer = setTimeout(
      () => broken(`no connection, or the request did not leave, within ${attemptMs / 1000} s`),
      attemptMs,
    );

    req.on('error', (error) => broken(error.message || 'the connection broke'));
    req.on('response', (response) => {
      readAnswer(response).then(
        (answer) => finish({ kind: 'answered', handedOver, answer }),
        (error: Error) => broken(`the answer broke off: ${error.message}`),
      );
    });
    void handOver();

    async function handOver(): Promise<void> {
      const lastByte = Math.max(0, body.length - 1);
      await new Promise<void>((written) => req.write(body.subarray(0, lastByte), () => written()));
      failPoint('body-begun');
      // An answer before the whole request came is a refusal, and nothing was carried out.
      if (over) return;
      asked = true;
      const refusal = await permission(beforeLastByte);
      if (over) return;
      if (refusal !== null) return finish({ kind: 'refused', why: refusal });
      failPoint('hand-over-marked');
      handedOver = true;
      clearTimeout(timer);
      timer = setTimeout(() => broken(`no answer within ${answerMs / 1000} s`), answerMs);
      req.end(body.subarray(lastByte), () => failPoint('last-byte-sent'));
    }
  });
}

/** @returns why the last byte may not go; null when it may */
async function permission(ask: () => Promise<boolean>): Promise<string | null> {
  try {
    return (await ask()) ? null : 'no longer allowed to go';
  } catch (error) {
    return `the attempt could not be recorded: ${error instanceof Error ? error.message : 'unknown error'}`;
  }
}

function readAnswer(response: IncomingMessage): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = (): void =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(chunks).toString().slice(0, MAX_ANSWER),
      });
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      // An endless answer says what it says in its first part.
      if (size > MAX_ANSWER) {
        done();
        response.destroy();
      }
    });
    response.once('end', done);
    response.once('error', reject);
    response.once('aborted', () => reject(new Error('aborted')));
  });
}
