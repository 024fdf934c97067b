import type { HealthAnswer } from '../insight/health-check.ts';

/** `not_checked`: it could not be looked at, or nothing harmless can be asked; says nothing for or against. */
export type FindingState = 'ok' | 'warning' | 'failed' | 'not_checked';

/** How one thing is. */
export interface Finding {
  state: FindingState;
  /** What is found, one or two sentences. */
  says: string;
  /** How to mend it; null where nothing is to mend. */
  mend: string | null;
  /** Default: the check's. */
  title?: string;
}

/** Something `presend doctor` looks at. It changes nothing. */
export interface Check {
  id: string;
  title: string;
  /** @returns null when there is nothing of the kind here */
  look: () => Promise<Finding | Finding[] | null> | Finding | Finding[] | null;
}

export interface Result extends Finding {
  id: string;
  title: string;
}

export const ok = (says: string): Finding => ({ state: 'ok', says, mend: null });
export const warning = (says: string, mend: string): Finding => ({ state: 'warning', says, mend });
export const failed = (says: string, mend: string): Finding => ({ state: 'failed', says, mend });
export const notChecked = (says: string, mend: string | null = null): Finding => ({
  state: 'not_checked',
  says,
  mend,
});

const OF_HEALTH = { ok: 'ok', warn: 'warning', bad: 'failed' } as const;

/** What the browser app's health page says of the same thing. */
export const fromHealth = ({ state, detail, advice }: HealthAnswer): Finding => ({
  state: OF_HEALTH[state],
  says: detail,
  mend: advice ?? null,
});

/** Makes the checks one after another, each told as soon as it is made. One that throws has failed and hides no other. */
export async function* examine(checks: readonly Check[]): AsyncGenerator<Result> {
  for (const { id, title, look } of checks) {
    let findings: Finding[];
    try {
      const found = await look();
      findings = found === null ? [] : Array.isArray(found) ? found : [found];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      findings = [failed(`It could not be looked at: ${why}`, 'See whether this user may read it.')];
    }
    yield* findings.map((finding) => ({ id, title, ...finding }));
  }
}
