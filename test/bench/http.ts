/**
 * Durable accept over HTTP beside SMTP: `npm run bench:http`. A real gate from the build in a process of its own, `POST /emails`
 * from this one over kept connections, the same mails over SMTP in the same run, in turns. Prints JSON.
 */
import { GateProcess, round, summary } from './gate-process.ts';
import { HttpClient } from './http-client.ts';
import { syncsPerSecond } from './machine.ts';
import { BenchClient, benchMail } from './smtp-client.ts';

const MESSAGES = Number(process.argv[2] ?? 20_000);
const CONNECTIONS = 20;
const SIZE = 2048;
const ROUNDS = 3;

const gate = await GateProcess.start();
const auth = { Authorization: `Bearer ${gate.apiKey()}` };
try {
  await http(2_000);
  await smtp(2_000);
  const rounds = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    rounds.push({ http: await http(MESSAGES / ROUNDS), smtp: await smtp(MESSAGES / ROUNDS) });
  }
  const median = (values: number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const results = {
    messages: MESSAGES,
    size_bytes: SIZE,
    connections: CONNECTIONS,
    fdatasync_per_second: syncsPerSecond(),
    rounds,
    http_per_second: median(rounds.map((one) => one.http.per_second)),
    smtp_per_second: median(rounds.map((one) => one.smtp.per_second)),
    /** Time for a message over HTTP by time over SMTP. */
    overhead: round(median(rounds.map((one) => one.smtp.per_second / one.http.per_second))),
    overhead_gate_cpu: round(
      median(rounds.map((one) => one.http.gate_cpu_ms_per_message / one.smtp.gate_cpu_ms_per_message)),
    ),
    retry_storm: await retryStorm(),
    backlog: await gate.backlog(),
  };
  process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
} finally {
  await gate.stop();
}

function emailOf(i: string): string {
  const text = benchMail(i, SIZE).split('\r\n\r\n')[1];
  const mail = { from: 'bench@demo.example', to: `p${i}@bench.example`, subject: 'Capacity', text };
  return JSON.stringify(mail);
}

async function measured(count: number, send: (connection: number, i: string) => Promise<void>) {
  const latencies: number[] = [];
  let next = 0;
  const cpu = await gate.cpuMs();
  const start = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, connection) => {
      while (next < count) {
        const i = `${process.hrtime.bigint()}-${next++}`;
        const began = performance.now();
        await send(connection, i);
        latencies.push(performance.now() - began);
      }
    }),
  );
  const took = performance.now() - start;
  return {
    ...summary(latencies, took),
    gate_cpu_ms_per_message: round(((await gate.cpuMs()) - cpu) / latencies.length),
  };
}

async function http(count: number) {
  const clients = Array.from({ length: CONNECTIONS }, () => new HttpClient(gate.httpPort));
  const result = await measured(count, async (connection, i) => {
    const { status } = await clients[connection].post('/emails', emailOf(i), auth);
    if (status !== 200) throw new Error(`POST /emails answered ${status}`);
  });
  for (const client of clients) client.close();
  return result;
}

async function smtp(count: number) {
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => BenchClient.open(gate.smtpPort)),
  );
  const result = await measured(count, async (connection, i) => {
    await clients[connection].send('bench@demo.example', `p${i}@bench.example`, benchMail(i, SIZE), false);
  });
  for (const client of clients) client.close();
  return result;
}

/** 100 requests under one key at once: how many messages come of it. */
async function retryStorm() {
  const clients = Array.from({ length: 100 }, () => new HttpClient(gate.httpPort));
  const body = emailOf('storm');
  const answers = await Promise.all(
    clients.map((client) => client.post('/emails', body, { ...auth, 'Idempotency-Key': 'storm' })),
  );
  for (const client of clients) client.close();
  const ids = new Set(answers.map(({ text }) => (JSON.parse(text) as { id: string }).id));
  return { requests: answers.length, messages: ids.size };
}
