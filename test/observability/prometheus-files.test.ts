import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { createProgram } from '../../src/cli/program.ts';
import { createMetrics } from '../../src/observability/metrics.ts';

const ALERTS = join(PROJECT_ROOT, 'config/prometheus/alerts.yaml');
const DASHBOARD = join(PROJECT_ROOT, 'config/grafana/presend.json');
const UNIT_TESTS = ['alerts.test.yaml', 'alerts-of-days.test.yaml'].map((name) =>
  join(PROJECT_ROOT, 'test/fixtures/prometheus', name),
);

interface Rule {
  alert: string;
  expr: string;
  for: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}
interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { uid: string };
  targets?: { expr: string; refId: string; datasource: { uid: string } }[];
}
interface Dashboard {
  templating: { list: { name: string; type: string; query: unknown }[] };
  annotations: { list: { name: string; expr: string }[] };
  panels: Panel[];
}

const rules = (
  parse(readFileSync(ALERTS, 'utf8')) as { groups: { name: string; rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as Dashboard;
const dashboardExpressions = [
  ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
  ...dashboard.annotations.list.map(({ name, expr }) => [name, expr] as const),
];

interface Family {
  name: string;
  type: string;
  labelNames: string[];
}
/** Registered with the HubSpot sync (`app/hubspot.ts`). */
const HUBSPOT: Family[] = [
  { name: 'presend_hubspot_sync_runs_total', type: 'counter', labelNames: ['state'] },
  { name: 'presend_hubspot_sync_records_total', type: 'counter', labelNames: ['result'] },
  { name: 'presend_hubspot_sync_age_seconds', type: 'gauge', labelNames: [] },
];
/** What Prometheus itself adds. */
const UP: Family = { name: 'up', type: 'gauge', labelNames: [] };

const families = new Map(
  [...(createMetrics().registry.getMetricsAsArray() as unknown as Family[]), ...HUBSPOT, UP].map((one) => [
    one.name,
    one,
  ]),
);

/** The metric a sample's name belongs to. */
function familyOf(sample: string): Family | undefined {
  const histogram = families.get(sample.replace(/_(?:bucket|sum|count)$/, ''));
  return families.get(sample) ?? (histogram?.type === 'histogram' ? histogram : undefined);
}

/** Names of metrics in a PromQL expression, each with the labels its selector and the aggregation around it name. */
function selectorsOf(expr: string): { sample: string; labels: string[] }[] {
  const found = [...expr.matchAll(/\b((?:presend|nodejs|process)_\w+|up)(\{[^}]*\})?/g)];
  return found.map(([, sample, matchers = '']) => ({
    sample: sample,
    labels: [...matchers.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label]) => label),
  }));
}

/** Labels by which an expression groups or joins. */
const groupings = (expr: string): string[] =>
  [...expr.matchAll(/\b(?:by|ignoring|on)\s*\(([^)]*)\)/g)].flatMap(([, list]) =>
    list.split(',').map((one) => one.trim()),
  );

const FROM_SCRAPING = ['job', 'instance', 'le'];

describe.each([
  ['the alert', rules.map(({ alert, expr }) => [alert, expr] as const)],
  ['the dashboard’s', dashboardExpressions],
])('%s', (_whose, expressions) => {
  test.each(expressions)('%s asks only for metrics and labels that exist', (_title, expr) => {
    const selectors = selectorsOf(expr);
    expect(selectors.length).toBeGreaterThan(0);
    const known = new Set(FROM_SCRAPING);
    for (const { sample, labels } of selectors) {
      const family = familyOf(sample);
      expect(family, sample).toBeDefined();
      for (const label of [...family!.labelNames, ...FROM_SCRAPING]) known.add(label);
      for (const label of labels) expect([...family!.labelNames, ...FROM_SCRAPING]).toContain(label);
      // A histogram has no sample of its own name; rates are of what only grows.
      if (family!.type === 'histogram') expect(sample).toMatch(/_(bucket|sum|count)$/);
      if (new RegExp(`\\b(?:rate|increase)\\(${sample}\\b`).test(expr)) {
        expect(['counter', 'histogram']).toContain(family!.type);
      }
    }
    for (const label of groupings(expr)) expect([...known]).toContain(label);
  });
});

test('every alert waits, has a severity, and says what is wrong where and what to do', () => {
  expect(rules.length).toBeGreaterThan(20);
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { alert, for: wait, labels, annotations } of rules) {
    expect([alert, wait]).toEqual([alert, expect.stringMatching(/^[1-9]\d*[mhd]$/)]);
    expect(labels['severity'], alert).toMatch(/^(page|ticket)$/);
    expect(annotations['summary'], alert).toMatch(/\{\{ \$labels\.instance \}\}.*\.$/);
    expect(annotations['runbook'], alert).toMatch(/^[A-Zp].{30,}[.?]$/);
  }
});

test('the commands that runbooks name exist', () => {
  const program = createProgram();
  const commands = rules.flatMap(({ alert, annotations }) =>
    [...annotations['runbook'].matchAll(/\bpresend((?: [a-z][a-z-]+){1,3})/g)].map(
      ([, words]) => [alert, words] as const,
    ),
  );
  expect(commands.length).toBeGreaterThan(5);
  for (const [alert, words] of commands) {
    const [first, second] = words.trim().split(' ');
    const command = program.commands.find((one) => one.name() === first);
    expect(command, `${alert}: presend ${words}`).toBeDefined();
    const sub = command!.commands.find((one) => one.name() === second);
    if (command!.commands.length > 0 && second !== undefined)
      expect(sub, `${alert}: presend ${words}`).toBeDefined();
  }
});

test('the dashboard asks one data source, that one can choose, and its panels do not overlap', () => {
  const { list } = dashboard.templating;
  expect(list.map(({ name }) => name)).toEqual(['datasource', 'job', 'instance', 'engine']);
  expect(list[0]).toMatchObject({ type: 'datasource', query: 'prometheus' });
  const panels = dashboard.panels;
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  for (const { title, datasource, targets = [] } of panels) {
    for (const source of [datasource, ...targets.map((one) => one.datasource)]) {
      if (source) expect([title, source.uid]).toEqual([title, '${datasource}']);
    }
    expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
  }
  const taken = new Set<string>();
  for (const { title, gridPos } of panels) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect(taken.has(`${x},${y}`), title).toBe(false);
        taken.add(`${x},${y}`);
      }
    }
  }
});

test('every metric of the gate is on the dashboard or in an alert, or is left out on purpose', () => {
  const used = new Set(
    [...dashboardExpressions, ...rules.map(({ alert, expr }) => [alert, expr] as const)]
      .flatMap(([, expr]) => selectorsOf(expr))
      .map(({ sample }) => familyOf(sample)?.name),
  );
  const unused = [...families.keys()].filter((name) => name.startsWith('presend_') && !used.has(name));
  expect(unused).toEqual([]);
});

/** promtool of Prometheus (Debian: package `prometheus`), on the path or named by $PROMTOOL. */
const promtool =
  process.env['PROMTOOL'] ??
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'promtool'))
    .find((path) => existsSync(path));

describe.skipIf(promtool === undefined)(
  'promtool (skipped where it is not installed; $PROMTOOL names one)',
  () => {
    const run = (...args: string[]): string => {
      const { status, stdout, stderr } = spawnSync(promtool!, args, { encoding: 'utf8' });
      expect(status, stdout + stderr).toBe(0);
      return stdout;
    };

    test('finds no fault with the alert rules', () => {
      expect(run('check', 'rules', ALERTS)).toContain(`${rules.length} rules found`);
    });

    test('sees alerts fire when they should, and not before', () => {
      expect(run('test', 'rules', ...UNIT_TESTS)).toContain('SUCCESS');
    }, 60_000);

    test('understands every expression of the dashboard', () => {
      const folder = mkdtempSync(join(tmpdir(), 'presend-promql-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const file = join(folder, 'dashboard.yaml');
      const recorded = dashboardExpressions.map(([, expr], i) => ({
        record: `dashboard:expression_${i}:x`,
        expr: expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$(job|instance|engine)/g, '.*'),
      }));
      writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules: recorded }] }));
      expect(run('check', 'rules', file)).toContain(`${recorded.length} rules found`);
    });
  },
);
