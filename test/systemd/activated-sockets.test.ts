import { expect, test } from 'vitest';
import { requireServed, takeActivatedSockets } from '../../src/app/activated-sockets.ts';
import { configSchema } from '../../src/config/config.ts';

const handedOver = (names: string): NodeJS.ProcessEnv => ({
  LISTEN_PID: '42',
  LISTEN_FDS: String(names.split(':').length),
  LISTEN_FDNAMES: names,
});

test('sockets are known by their names, and no child process takes them for its own', () => {
  const env = handedOver('http:smtp');
  expect([...takeActivatedSockets(env, 42)]).toEqual([
    ['http', 3],
    ['smtp', 4],
  ]);
  expect(env).toEqual({});
});

test('sockets for another process are left alone', () => {
  expect(takeActivatedSockets(handedOver('smtp'), 41).size).toBe(0);
  expect(takeActivatedSockets({}, 41).size).toBe(0);
});

test.each([
  ['presend.socket', /named "presend\.socket".*FileDescriptorName= .* one of smtp, submissions, http, https/],
  ['smtp:smtp', /two sockets named "smtp"/],
])('sockets named %s are refused with a sentence', (names, sentence) => {
  expect(() => takeActivatedSockets(handedOver(names), 42)).toThrow(sentence);
});

test('a socket that nothing would serve is refused: its clients would wait for ever', () => {
  const config = configSchema.parse({});
  expect(() => requireServed(new Map([['submissions', 3]]), config)).toThrow(
    /smtp\.implicit_tls_port is not set/,
  );
  expect(() => requireServed(new Map([['https', 3]]), config)).toThrow(/transparent\.https_port is not set/);
  expect(() => requireServed(new Map([['smtp', 3]]), config)).not.toThrow();
});
