import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GateOptions, GateProcess } from '../gate-process.ts';
import type { Contender } from './contender.ts';

const PACKAGE = join(import.meta.dirname, '../../../package.json');

/** Prospects of one company. */
const PER_COMPANY = 1;

/**
 * presend with the sink as its upstream: the default rubric judges every mail, and all recipients are known prospects. Durable by
 * WAL and synchronous=FULL, as always.
 *
 * @param options.beside another gate on the same PostgreSQL database, which knows the prospects already
 */
export async function startPresend(
  sinkPort: number,
  recipients: string[],
  options: Pick<GateOptions, 'answer' | 'profile' | 'config'> & { beside?: GateProcess | undefined },
): Promise<Contender & { gate: GateProcess }> {
  const { answer, beside } = options;
  const gate = await GateProcess.start({
    ...options,
    config: `${options.config ?? ''}upstreams: [{ name: sink, host: 127.0.0.1, port: ${sinkPort}, tls: none }]\n`,
    prepare: (fresh) => {
      if (beside) {
        for (const name of ['secrets', 'gate-id']) {
          const [from, to] = [beside, fresh].map(({ folder }) => join(folder, 'data', name));
          cpSync(from, to, { recursive: true });
        }
        return;
      }
      for (const [kind, csv] of [
        ['companies', companies(recipients.length)],
        ['prospects', people(recipients)],
      ] as const) {
        const file = join(fresh.folder, `${kind}.csv`);
        writeFileSync(file, csv);
        fresh.command('crm', 'import', kind, file);
      }
    },
  });
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
  return {
    name: `presend, ${answer} answers`,
    version,
    setting: 'as it comes: the transaction is synced before 250; judged by the default rubric, no adapter',
    port: gate.smtpPort,
    pid: gate.pid,
    gate,
    async stop() {
      await gate.stop();
      rmSync(gate.folder, { recursive: true, force: true });
    },
  };
}

function companies(prospects: number): string {
  const rows = Array.from(
    { length: Math.ceil(prospects / PER_COMPANY) },
    (_, i) =>
      `c${i},Company ${i},c${i}.example,${50 + (i % 900)},series_b,20000000,high,Logistics,Berlin,Germany`,
  );
  return [
    'id,name,domain,headcount,funding_stage,funding_amount_usd,funding_confidence,industry,city,country',
    ...rows,
  ].join('\n');
}

function people(recipients: string[]): string {
  const rows = recipients.map(
    (address, i) => `p${i},${address},Person ${i},vp_eng,VP Engineering,c${Math.floor(i / PER_COMPANY)}`,
  );
  return ['id,address,name,recipient_role,title,company_id', ...rows].join('\n');
}
