import { Counter, Gauge, Histogram } from 'prom-client';
import type { MetricsRegistry } from '../exposition.ts';

const COMPUTING = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** Parsing, the CRM, the rules and what came of them. */
export function judgeMetrics(registers: MetricsRegistry[]) {
  return {
    parseSeconds: new Histogram({
      name: 'presend_parse_seconds',
      help: 'Time to make the draft of a message out of its bytes.',
      buckets: COMPUTING,
      registers,
    }),
    parseTroubles: new Counter({
      name: 'presend_parse_troubles_total',
      help: 'What a message could not be judged for, by reason; each holds it.',
      labelNames: ['reason'],
      registers,
    }),
    lookupSeconds: new Histogram({
      name: 'presend_lookup_seconds',
      help: 'Time to find one recipient in the CRM mirror and take the snapshot.',
      buckets: COMPUTING,
      registers,
    }),
    unknownRecipients: new Counter({
      name: 'presend_unknown_recipients_total',
      help: 'Recipients judged that the CRM mirror does not know.',
      labelNames: ['engine'],
      registers,
    }),
    rulesSeconds: new Histogram({
      name: 'presend_rules_seconds',
      help: 'Time of all rules on one delivery.',
      buckets: COMPUTING,
      registers,
    }),
    findings: new Counter({
      name: 'presend_findings_total',
      help: 'Findings by rule (or adapter) and effect: enforced, or observed for a rule that only records.',
      labelNames: ['engine', 'rule', 'effect'],
      registers,
    }),
    judged: new Counter({
      name: 'presend_judged_total',
      help: 'Deliveries judged, by decision (or hold reason) and what followed: relay, hold, forward or suppress.',
      labelNames: ['engine', 'decision', 'state'],
      registers,
    }),
    judgeSeconds: new Histogram({
      name: 'presend_judge_seconds',
      help: 'Time to judge one delivery, CRM lookups and the adapter included, the wait for it left out.',
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      enableExemplars: true,
      registers,
    }),
    unjudged: new Gauge({
      name: 'presend_unjudged',
      help: "Messages that wait for the judge, those in the adapter's line left out.",
      registers,
    }),
    unjudgedOldest: new Gauge({
      name: 'presend_unjudged_oldest_age_seconds',
      help: "Age of the oldest message without a verdict, the adapter's line included; 0 when there is none.",
      registers,
    }),
    build: new Gauge({
      name: 'presend_build_info',
      help: 'Always 1; the labels say which presend, rubric and adapter are at work.',
      labelNames: ['version', 'rubric', 'adapter'],
      registers,
    }),
  };
}
