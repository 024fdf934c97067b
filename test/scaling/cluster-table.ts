import { z } from 'zod';

const resultSchema = z.object({
  machine: z.object({ date: z.string(), cpu: z.string(), cores: z.number(), load: z.array(z.number()) }),
  messages: z.number(),
  share: z.number().nullable(),
  database_share: z.number().nullable(),
  rounds: z.array(z.unknown()),
  medians: z.array(
    z.object({
      gates: z.number(),
      accepted_per_second: z.number(),
      delivered_per_second: z.number(),
      times_the_fewest: z.number(),
      gates_cpu_ms: z.number(),
      postgres_cpu_ms: z.number(),
      gates_cores: z.number(),
      postgres_cores: z.number(),
      idle_cores: z.number(),
      gates_throttled: z.number().nullable(),
      postgres_throttled: z.number().nullable(),
    }),
  ),
});

/**
 * @param json what `npm run bench:cluster` printed
 * @returns the table of docs/SCALING.md, with the machine and the shares under it
 */
export function clusterTable(json: string): string {
  const { machine, messages, share, database_share, rounds, medians } = resultSchema.parse(JSON.parse(json));
  const head = [
    'gates',
    'accepted/s',
    'delivered/s',
    `against ${medians[0]?.gates ?? '?'}`,
    'gates, ms of a core a mail',
    'PostgreSQL, ms of a core a mail',
    'cores: gates · PostgreSQL · idle',
    'out of their share: gates · PostgreSQL',
  ];
  const rows = medians.map((one) => [
    one.gates,
    one.accepted_per_second,
    one.delivered_per_second,
    `${one.times_the_fewest.toFixed(2)} ×`,
    one.gates_cpu_ms,
    one.postgres_cpu_ms,
    [one.gates_cores, one.postgres_cores, one.idle_cores].map((cores) => cores.toFixed(2)).join(' · '),
    [one.gates_throttled, one.postgres_throttled].map(percent).join(' · '),
  ]);
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
  const under = [
    `${messages.toLocaleString('en')} mails a turn, medians of ${rounds.length} turns each`,
    share === null ? 'gates without a share' : `${share} of a core for each gate`,
    database_share === null ? 'PostgreSQL without one' : `${database_share} for PostgreSQL`,
    `${machine.cores} cores (${machine.cpu})`,
    `load ${machine.load[0] ?? '?'}`,
    machine.date.slice(0, 10),
  ];
  return `${table}\n${under.join('; ')}.\n`;
}

/** Of the periods in which processor time was asked for. */
function percent(part: number | null): string {
  return part === null ? '–' : `${Math.round(100 * part)} %`;
}
