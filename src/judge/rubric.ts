import type { RuleMode, RuleName } from './verdict.ts';

/** The rubric as configured (`config/rubric.yaml`): switches, lists and thresholds. */
export interface Rubric {
  /** Short sha256 of the file's content; stored with each verdict. */
  version: string;
  rules: Record<RuleName, RuleMode>;
  /** Above this headcount a C-level recipient goes to a person; the number itself does not. */
  c_level: { headcount_over: number; titles: string[] };
  /** Days after which a record counts as stale; null = never. */
  stale_after_days: number | null;
  /** Names that stand for a company without being one ("Acme", "Company A"), lower case. */
  peers: { placeholders: string[]; reuse_limit: number };
  /** Regimes by name with the words that show them in a record, and what counts as their caveat. */
  regulated: { name: string; industries: string[]; caveats: string[] }[];
}
