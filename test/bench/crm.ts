import { LOOKUPS, measureVerdicts } from './crm-verdicts.ts';

/**
 * How the look-up of a recipient and its snapshot grow with the CRM mirror. Prints one JSON document:
 * milliseconds at 1,000 and at `CRM_BENCH_ROWS` (1,000,000) prospects and thread messages, and the ratio.
 */
const LARGE = Number(process.env['CRM_BENCH_ROWS'] ?? 1_000_000);

const small = await measureVerdicts(1000);
const large = await measureVerdicts(LARGE);
const ratio = (a: number, b: number): number => Math.round((a / b) * 100) / 100;
const report = {
  lookups: LOOKUPS,
  small,
  large,
  ratio: {
    find_and_snapshot_p50: ratio(large.find_and_snapshot_ms.p50, small.find_and_snapshot_ms.p50),
    find_and_snapshot_p99: ratio(large.find_and_snapshot_ms.p99, small.find_and_snapshot_ms.p99),
    recheck_p99: ratio(large.recheck_ms.p99, small.recheck_ms.p99),
  },
};
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
