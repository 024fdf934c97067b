import { z } from 'zod';

const resultSchema = z.object({
  machine: z.object({ date: z.string(), cpu: z.string(), cores: z.number(), load: z.array(z.number()) }),
  messages: z.number(),
  medians: z.array(
    z.object({
      nodes: z.number(),
      accepted_per_second: z.number(),
      delivered_per_second: z.number(),
      gates_cpu_ms: z.number(),
      postgres_cpu_ms: z.number(),
    }),
  ),
});

/**
 * @param json what `npm run bench:cluster` printed
 * @returns the table of docs/SCALING.md, with the machine under it
 */
export function clusterTable(json: string): string {
  const { machine, messages, medians } = resultSchema.parse(JSON.parse(json));
  const head = [
    'gates',
    'accepted/s',
    'delivered/s',
    'gates, ms of a core a mail',
    'PostgreSQL, ms of a core a mail',
  ];
  const rows = medians.map((one) => [
    one.nodes,
    one.accepted_per_second,
    one.delivered_per_second,
    one.gates_cpu_ms,
    one.postgres_cpu_ms,
  ]);
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
  return `${table}\n${messages.toLocaleString('en')} mails a turn; ${machine.cores} cores (${machine.cpu}), load ${machine.load[0] ?? '?'}, ${machine.date.slice(0, 10)}.\n`;
}
