import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { keptFile } from '../config/whole-file.ts';

/**
 * Goes on every request that the gate makes to a provider, with the gate's id. Where the gate shares the hosts file that sends
 * a provider's name to the gate itself, its own request comes back in, and would go round for ever.
 */
export const GATE_HEADER = 'X-Presend-Gate';

/** Name of its file in the data folder. */
export const GATE_ID = 'gate-id';

/**
 * The random id of this data folder: made on first use, then always the same. No secret; it only tells gates apart.
 *
 * @param first what it is where there is none yet; default: a new one
 */
export function gateId(dataDir: string, first: string = randomUUID()): string {
  return keptFile(join(dataDir, GATE_ID), () => `${first}\n`)
    .toString()
    .trim();
}

/**
 * Whether the gate with this id made the request. Another gate's id is no loop: gates may stand one behind the other.
 *
 * @param headers as Node gives them; a header that came more than once is joined by ", "
 */
export function isOwnRequest(headers: IncomingHttpHeaders, id: string): boolean {
  const value = headers[GATE_HEADER.toLowerCase()];
  return [value ?? []].flat().some((text) => text.split(',').some((one) => one.trim() === id));
}

/** A host and the addresses it leads to. */
export interface Leads {
  host: string;
  addresses: string[];
}

const resolved = async (host: string): Promise<string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * Those of `hosts` that lead this process to its own machine, as they would lead the gate to itself. A host that cannot be
 * resolved is none of them.
 *
 * @param resolve by default as this process connects: hosts file, then DNS
 */
export async function hostsLeadingHere(
  hosts: Iterable<string>,
  resolve: (host: string) => Promise<string[]> = resolved,
): Promise<Leads[]> {
  const all = await Promise.all(
    [...hosts].map(async (host) => ({ host, addresses: await resolve(host).catch(() => []) })),
  );
  return all.filter(({ addresses }) => addresses.some(isOwnAddress));
}

const isOwnAddress = (address: string): boolean =>
  address === '::1' ||
  address.startsWith('127.') ||
  Object.values(networkInterfaces()).some((list) => list?.some((own) => own.address === address));
