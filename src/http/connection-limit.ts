import type { Server, Socket } from 'node:net';
import { ipKeyGenerator } from 'express-rate-limit';

/**
 * Keeps one client from taking all connections of a server: further ones from an address (an IPv6 network of 64 bits) are
 * closed as they come.
 *
 * @param exempt addresses that speak for many: this machine, trusted proxies
 * @param onRefused told of the first refused one of each spell, so that a flood is one line in the log
 */
export function limitConnections(
  server: Pick<Server, 'on'>,
  {
    perAddress,
    exempt,
    onRefused,
  }: {
    perAddress: number;
    exempt: (address: string) => boolean;
    onRefused?: (address: string) => void;
  },
): void {
  const open = new Map<string, { count: number; told: boolean }>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress?.replace(/^::ffff:/u, '');
    // Gone already.
    if (address === undefined) return void socket.destroy();
    if (exempt(address)) return;
    const key = ipKeyGenerator(address, 64);
    const entry = open.get(key) ?? { count: 0, told: false };
    if (entry.count >= perAddress) {
      if (!entry.told) onRefused?.(address);
      entry.told = true;
      return void socket.destroy();
    }
    entry.count += 1;
    open.set(key, entry);
    socket.once('close', () => {
      entry.count -= 1;
      if (entry.count === 0) open.delete(key);
    });
  });
}
