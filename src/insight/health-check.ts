import type { HealthItem, HealthState, HealthView } from './web-types.ts';

/** How one thing is. */
export type HealthAnswer = Pick<HealthItem, 'state' | 'detail'> & {
  advice?: string | null;
  /** Default: the check's. */
  title?: string;
};

/** Something the health page shows; a part that has one adds it to the gate's list. */
export interface HealthCheck {
  id: string;
  /** Heading it stands under. */
  group: 'Gate' | 'Judge' | 'Mail' | 'Exchange' | 'Machine';
  title: string;
  /** @returns null when there is nothing of the kind here */
  look: () => Promise<HealthAnswer | HealthAnswer[] | null>;
}

/** Longer than any look takes on a machine that is well. */
const PATIENCE_MS = 5_000;

const WORSE: readonly HealthState[] = ['ok', 'warn', 'bad'];

/** The checks of this gate. */
export class HealthChecks {
  readonly #checks: HealthCheck[] = [];

  add(...checks: HealthCheck[]): void {
    this.#checks.push(...checks);
  }

  /** Looks at all of them at once. One that fails or hangs is told as bad and hides no other. */
  async look(head: Omit<HealthView, 'items' | 'state'>): Promise<HealthView> {
    const items = (await Promise.all(this.#checks.map(lookAt))).flat();
    const state = items.reduce<HealthState>(
      (worst, item) => (WORSE.indexOf(item.state) > WORSE.indexOf(worst) ? item.state : worst),
      'ok',
    );
    return { ...head, state, items };
  }
}

async function lookAt({ id, group, title, look }: HealthCheck): Promise<HealthItem[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<HealthAnswer>((resolve) => {
    timer = setTimeout(
      () => resolve({ state: 'bad', detail: 'It did not answer.', advice: 'Look at the log of the gate.' }),
      PATIENCE_MS,
    );
  });
  try {
    const answer = await Promise.race([look(), late]);
    const answers = answer === null ? [] : Array.isArray(answer) ? answer : [answer];
    return answers.map((one, index) => ({
      id: index === 0 ? id : `${id}-${index}`,
      group,
      title,
      ...one,
      advice: one.advice ?? null,
    }));
  } catch (error) {
    const detail = `It could not be looked at: ${error instanceof Error ? error.message : String(error)}`;
    return [{ id, group, title, state: 'bad', detail, advice: 'Look at the log of the gate.' }];
  } finally {
    clearTimeout(timer);
  }
}
