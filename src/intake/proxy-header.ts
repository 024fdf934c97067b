import type { Socket } from 'node:net';

/**
 * The binary PROXY protocol, version 2 (https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt, section 2.2). smtp-server reads
 * version 1 only, a line of text; so a binary header is put back as the line that says the same.
 */

const SIGNATURE = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
const HEAD = SIGNATURE.length + 4;

/** Longest addresses and extensions that are read; proxies send a few hundred bytes. */
const MAX_REST = 4_096;

/** TCP over IPv4 and IPv6: how long an address is. */
const ADDRESS_BYTES: Readonly<Record<number, 4 | 16>> = { 0x11: 4, 0x21: 16 };

/** Says nothing of the client. */
const UNKNOWN = 'PROXY UNKNOWN\r\n';

/** What the first bytes are. `more`: not known before further ones; `other`: no header of version 2. */
export type ProxyHeader = { line: string; bytes: number } | 'more' | 'other' | 'invalid';

/**
 * @param start all that came so far
 * @returns the line of version 1 that says the same, and how many bytes it stands for
 */
export function readProxyHeader(start: Buffer): ProxyHeader {
  const known = Math.min(start.length, SIGNATURE.length);
  if (!start.subarray(0, known).equals(SIGNATURE.subarray(0, known))) return 'other';
  if (start.length < HEAD) return 'more';
  const [version, command] = [start[12]! >> 4, start[12]! & 0x0f];
  const family = start[13]!;
  const rest = start.readUInt16BE(14);
  if (version !== 2 || command > 1 || rest > MAX_REST) return 'invalid';
  const bytes = HEAD + rest;
  if (start.length < bytes) return 'more';
  // 0: the proxy speaks for itself, e.g. to see whether somebody is there.
  if (command === 0 || family === 0) return { line: UNKNOWN, bytes };
  const size = ADDRESS_BYTES[family];
  if (size === undefined || rest < 2 * size + 4) return 'invalid';
  const from = addressIn(start.subarray(HEAD, HEAD + size));
  const to = addressIn(start.subarray(HEAD + size, HEAD + 2 * size));
  const [fromPort, toPort] = [start.readUInt16BE(HEAD + 2 * size), start.readUInt16BE(HEAD + 2 * size + 2)];
  const line = `PROXY ${size === 4 ? 'TCP4' : 'TCP6'} ${from} ${to} ${fromPort} ${toPort}\r\n`;
  return { line, bytes };
}

function addressIn(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  // An IPv4 client behind an IPv6 socket of the proxy is that IPv4 client.
  const mapped = bytes.subarray(0, 12).equals(Buffer.from('00000000000000000000ffff', 'hex'));
  if (mapped) return bytes.subarray(12).join('.');
  return Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16)).join(':');
}

/**
 * Puts a binary header at the start of a connection back as a line, and leaves anything else as it came.
 *
 * @param done with an error where the connection ended before, or the header is none; the socket is destroyed then
 */
export function withTextHeader(socket: Socket, done: (error?: Error) => void): void {
  let start = Buffer.alloc(0);
  const end = (error?: Error): void => {
    socket.off('readable', onReadable).off('error', onError).off('close', onClose).off('end', onClose);
    if (error) socket.on('error', () => {}).destroy();
    done(error);
  };
  const onError = (error: Error): void => end(error);
  const onClose = (): void => end(new Error('the connection ended before its PROXY header'));
  const onReadable = (): void => {
    for (let chunk = next(); chunk !== null; chunk = next()) {
      start = Buffer.concat([start, chunk]);
      const header = readProxyHeader(start);
      if (header === 'more') continue;
      if (header === 'invalid') return end(new Error('the PROXY header cannot be read'));
      const left = header === 'other' ? start : start.subarray(header.bytes);
      if (left.length > 0) socket.unshift(left);
      if (header !== 'other') socket.unshift(header.line, 'latin1');
      return end();
    }
  };
  const next = (): Buffer | null => socket.read() as Buffer | null;
  socket.on('readable', onReadable).on('error', onError).on('close', onClose).on('end', onClose);
}
