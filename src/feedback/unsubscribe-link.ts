import { createHmac, timingSafeEqual } from 'node:crypto';
import { PARSE_LIMITS } from '../message/limits.ts';
import { scanMime } from '../message/mime.ts';

/** The purpose is part of what is signed, so that no link to a review act is one to unsubscribe. */
const mac = (key: Buffer, deliveryId: string): Buffer =>
  createHmac('sha256', key)
    .update(JSON.stringify(['unsubscribe', deliveryId]))
    .digest();

/**
 * Address of the one-click unsubscribe of a delivery. It never expires: the mail is kept for years.
 *
 * @param base public URL of the gate, with or without a path
 */
export function unsubscribeUrl(base: string, key: Buffer, deliveryId: string): string {
  return `${base.replace(/\/+$/, '')}/unsubscribe/${deliveryId}.${mac(key, deliveryId).toString('base64url')}`;
}

/** @returns the delivery's id, or null when the token is forged or damaged */
export function readUnsubscribeToken(key: Buffer, token: string): string | null {
  const dot = token.lastIndexOf('.');
  if (dot < 1 || token.length > 200) return null;
  const deliveryId = token.slice(0, dot);
  const given = Buffer.from(token.slice(dot + 1), 'base64url');
  const expected = mac(key, deliveryId);
  return given.length === expected.length && timingSafeEqual(given, expected) ? deliveryId : null;
}

/**
 * The header lines that offer it (RFC 2369 3.2, RFC 8058 3.1), without line breaks. One-click is offered over https only,
 * as RFC 8058 asks.
 *
 * @throws RangeError for a URL that cannot stand in a header
 */
export function listUnsubscribeHeaders(url: string): string[] {
  if (!/^https?:\/\/[!-;=?-~]+$/.test(url))
    throw new RangeError('the unsubscribe URL is no plain http(s) URL');
  const offer = `List-Unsubscribe: <${url}>`;
  return url.startsWith('https:') ? [offer, 'List-Unsubscribe-Post: List-Unsubscribe=One-Click'] : [offer];
}

/**
 * Puts the offer on top of a mail that has none of its own; every other byte stays. A signature over the mail (DKIM) stays
 * valid unless it forbids the field.
 */
export function withListUnsubscribe(raw: Buffer, url: string): Buffer {
  const { lines } = scanMime(raw, PARSE_LIMITS).root.header;
  if (lines.some(({ key }) => key === 'list-unsubscribe' || key === 'list-unsubscribe-post')) return raw;
  const lf = raw.indexOf(0x0a);
  const lineBreak = lf > 0 && raw[lf - 1] !== 0x0d ? '\n' : '\r\n';
  const head = listUnsubscribeHeaders(url)
    .map((line) => `${line}${lineBreak}`)
    .join('');
  return Buffer.concat([Buffer.from(head, 'latin1'), raw]);
}
