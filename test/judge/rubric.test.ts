import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadRubric } from '../../src/judge/rubric.ts';

const shipped = new URL('../../config/rubric.yaml', import.meta.url).pathname;

function changed(change: (yaml: string) => string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'rubric-')), 'rubric.yaml');
  writeFileSync(path, change(readFileSync(shipped, 'utf8')));
  return path;
}

describe('loadRubric', () => {
  it('loads the shipped rubric with every rule enforced', () => {
    const { rules, version } = loadRubric(shipped);
    expect(new Set(Object.values(rules))).toEqual(new Set(['enforce']));
    expect(version).toMatch(/^[0-9a-f]{12}$/);
  });
  it('changes its version with the content', () => {
    expect(loadRubric(changed((yaml) => `${yaml}\n# edited\n`)).version).not.toBe(
      loadRubric(shipped).version,
    );
  });
  it.each<[string, (yaml: string) => string, RegExp]>([
    [
      'an unknown rule',
      (yaml) => yaml.replace('  opt_out: enforce', '  opt_out: enforce\n  optout: off'),
      /rubric\.yaml:12: unknown rule "optout"; did you mean opt_out\?/,
    ],
    [
      'a rule like no other, with those there are',
      (yaml) => yaml.replace('  opt_out: enforce', '  opt_out: enforce\n  horoscope: off'),
      /rubric\.yaml:12: unknown rule "horoscope"; remove it or check its spelling \(the rules are disqualifier, opt_out, .*generic_peers\)/,
    ],
    ['an unknown key', (yaml) => `${yaml}\nstale_days: 3\n`, /rubric\.yaml:\d+: .*stale_days/],
    [
      'a missing rule',
      (yaml) => yaml.replace(/^ {2}c_level: enforce.*$/m, ''),
      /rubric\.yaml:\d+: .*c_level/,
    ],
    [
      'a wrong switch',
      (yaml) => yaml.replace('disqualifier: enforce', 'disqualifier: enforced'),
      /rubric\.yaml:\d+: .*disqualifier/,
    ],
    [
      'a negative threshold',
      (yaml) => yaml.replace('headcount_over: 2000', 'headcount_over: -1'),
      /rubric\.yaml:\d+: .*headcount_over/,
    ],
  ])('refuses %s and names the line', (_name, change, message) => {
    expect(() => loadRubric(changed(change))).toThrow(message);
  });
});
