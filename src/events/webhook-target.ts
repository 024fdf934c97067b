import { type LookupFunction, isIP } from 'node:net';
import { UserError } from '../config/user-error.ts';
import { addressKind } from '../http/address-kind.ts';
import { type ResolveAll, checkedLookup } from '../http/checked-lookup.ts';

const MAX_URL = 2_000;

export interface TargetOptions {
  /** `webhooks.allow_private`: private networks may be reached, also by plain http. */
  allowPrivate: boolean;
}

/**
 * Checks what an engine's webhook may be: https anywhere public, or http and https on this machine. A name is checked again
 * when it is connected to (`guardedLookup`), for what it resolves to can change.
 *
 * @throws UserError saying what is wrong
 */
export function assertWebhookUrl(text: string, options: TargetOptions): URL {
  const refuse = (why: string): never => {
    throw new UserError(`this cannot be a webhook: ${why}`);
  };
  if (text.length > MAX_URL) refuse(`the URL is longer than ${MAX_URL} characters`);
  if (!URL.canParse(text)) refuse('it is no URL; write it like https://engine.example/events');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') refuse('only https and http are spoken');
  if (url.username !== '' || url.password !== '') {
    refuse('a URL with user and password; leave them out, events are signed instead');
  }
  const host = hostOf(url);
  if (isIP(host) !== 0) {
    const why = whyNot(url, host, options);
    if (why !== null) refuse(why);
  } else if (url.protocol === 'http:' && !isLoopbackHost(host) && !options.allowPrivate) {
    refuse('plain http is only for this machine (localhost); use https');
  }
  return url;
}

/** A resolver for one webhook's connections: what it answers was checked for this very request. */
export function guardedLookup(url: URL, options: TargetOptions, resolve?: ResolveAll): LookupFunction {
  return checkedLookup((address) => whyNot(url, address, options), resolve);
}

/** Why a webhook may not be at this address; null = it may. */
function whyNot(url: URL, address: string, { allowPrivate }: TargetOptions): string | null {
  const host = hostOf(url);
  const at = host === address ? address : `${host} resolves to ${address}`;
  const kind = addressKind(address);
  if (isLoopbackHost(host)) return kind === 'loopback' ? null : `${at}, which is not this machine`;
  switch (kind) {
    case 'reserved':
      return `${at}, where no webhook can be: a link-local, multicast or reserved address`;
    case 'loopback':
    case 'private':
      return allowPrivate
        ? null
        : `${at}, a private address; allow those with webhooks.allow_private in the configuration`;
    case 'public':
      return url.protocol === 'https:' ? null : `${at}, which plain http would reach in the open; use https`;
  }
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

/** Written as this machine, and not only resolving to it. */
function isLoopbackHost(host: string): boolean {
  if (isIP(host) !== 0) return addressKind(host) === 'loopback';
  return host === 'localhost' || host.endsWith('.localhost');
}
