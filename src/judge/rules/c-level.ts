import type { FieldEvidence } from '../../crm/prospect.ts';
import { cLevelTitle, readHeadcount } from '../language/role.ts';
import { fieldName, keyText, signalLeaves } from '../language/signals.ts';
import type { Rule, RuleInput } from '../rule.ts';

/** Keys of available_signals that speak of the recipient; a CEO in another thread is not the recipient. */
const TITLE_KEY =
  /^ (?:(?:recipient|contact|prospect|person|lead|job)(?: info)? )?(?:(?:recipient|job) )?(?:title|role|seniority|position) $/;
const FLAG_KEY = /^ (?:(?:recipient|contact|prospect) )?(?:is )?c (?:level|suite) $/;
const HEADCOUNT_KEY =
  / (?:head ?count|employees|employee count|number of employees|num employees|company size|staff count) $/;

/**
 * Rule 3: a C-level recipient at a company above the configured headcount belongs to a person (probe G03).
 * C-level with no known headcount is a doubt.
 */
export const cLevel: Rule = {
  name: 'c_level',
  check(input) {
    const { rubric } = input;
    const holder = holderEvidence(input);
    if (!holder) return { fired: false };
    const size = headcountEvidence(input);
    const over = rubric.c_level.headcount_over;
    if (size && size.count.max <= over) return { fired: false };
    if (!size || size.count.min <= over) {
      const known = size ? `"${String(size.field.value)}" does not say enough` : 'is unknown';
      const rationale = `The recipient is C-level (${String(holder.value)}) and the headcount ${known}.`;
      return { fired: false, doubt: { reason: 'unknown_headcount', rationale } };
    }
    return {
      fired: true,
      rationale: `The recipient is C-level (${String(holder.value)}) at a company of ${String(size.field.value)} employees (over ${over}).`,
      spans: [],
      fields: [holder, size.field],
    };
  },
};

function holderEvidence({ prospect, rubric }: RuleInput): FieldEvidence | null {
  const isTitle = (value: unknown): boolean =>
    typeof value === 'string' && cLevelTitle(value, rubric.c_level.titles) !== null;
  if (isTitle(prospect.recipient_role)) return { field: 'recipient_role', value: prospect.recipient_role };
  if (isTitle(prospect.title)) return { field: 'title', value: prospect.title };
  const found = signalLeaves(prospect.available_signals)
    .filter(({ path, value }) => {
      const key = keyText(path);
      return (
        path.length <= 2 &&
        ((TITLE_KEY.test(key) && isTitle(value)) || (FLAG_KEY.test(key) && value === true))
      );
    })
    .map(({ path, value }) => ({ field: fieldName(path), value }));
  return found.sort((a, b) => (a.field < b.field ? -1 : 1))[0] ?? null;
}

/** The record's headcount; only without one, what signals say. */
function headcountEvidence({ prospect }: RuleInput) {
  const own = readHeadcount(prospect.headcount);
  if (own) return { count: own, field: { field: 'headcount', value: prospect.headcount } };
  const found = signalLeaves(prospect.available_signals)
    .filter(({ path }) => path.length <= 3 && HEADCOUNT_KEY.test(keyText(path)))
    .flatMap(({ path, value }) => {
      const count = readHeadcount(value);
      return count ? [{ count, field: { field: fieldName(path), value } }] : [];
    });
  // The largest one: a person looks at a mail that need not have been escalated.
  return (
    found.sort((a, b) => b.count.max - a.count.max || (a.field.field < b.field.field ? -1 : 1))[0] ?? null
  );
}
