import { SPOTS } from './plan.ts';
import { type RunResult, killed } from './run.ts';

/** Breaches shown; there may be one for each mail. */
const SHOWN = 30;

/** A run as a person reads it. */
export function table(result: RunResult, seed: number, seconds: number): string {
  const { breaches, uncertain, states } = result;
  const row = (name: string, value: string | number): string =>
    `${name.padEnd(24)}${String(value).padStart(9)}`;
  const of = (what: string): number => breaches.filter((breach) => breach.what === what).length;
  const lines = [
    row('kills', killed(result)),
    ...SPOTS.map((spot) => row(`  ${spot}`, result.kills.get(spot) ?? 0)),
    row('databases', result.cycles),
    row('messages accepted', result.messages),
    row('submissions repeated', result.retried),
    row('deliveries', result.deliveries),
    ...[...states]
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([state, times]) => row(`  ${state}`, times)),
    row('taken by the upstream', result.taken),
    row('events told', result.events),
    row('opted out meanwhile', result.optOuts),
    row('uncertain', uncertain.crash + uncertain.reply + uncertain.late),
    row('  died before settling', uncertain.crash),
    row('  reply lost', uncertain.reply),
    row('  reply too late', uncertain.late),
    row('lost', of('lost')),
    row('twice', of('twice')),
    row('slipped', of('slipped')),
    row('other breaches', breaches.length - of('lost') - of('twice') - of('slipped')),
    row('seed', seed),
    row('seconds', seconds),
  ];
  const found = breaches.slice(0, SHOWN).map(({ cycle, what, why }) => `cycle ${cycle}: ${what}: ${why}`);
  const first = breaches[0];
  if (first) {
    found.push(
      `data kept in ${first.folder}`,
      `again: npm run test:crash -- --seed ${seed} --cycle ${first.cycle}`,
    );
  }
  return `${[...lines, ...found].join('\n')}\n`;
}

/** The same for programs. */
export function line(result: RunResult, seed: number, seconds: number): string {
  return JSON.stringify({
    at: new Date().toISOString(),
    seed,
    seconds,
    kills: killed(result),
    spots: Object.fromEntries(result.kills),
    databases: result.cycles,
    messages: result.messages,
    deliveries: result.deliveries,
    states: Object.fromEntries(result.states),
    taken: result.taken,
    optOuts: result.optOuts,
    uncertain: result.uncertain,
    breaches: result.breaches,
  });
}
