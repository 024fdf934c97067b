import { type ReactNode, useState } from 'react';
import type { SessionView, SignInResult } from '../../access/web-types.ts';
import { EntryFrame } from './entry-frame.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { SecondStep } from './second-step.tsx';

/**
 * What comes after the password or the one-time link, as the gate asks for it: a one-time code, setting it up, recovery codes
 * to keep.
 *
 * @param onBack leaves a further step; without it the first one is shown again
 * @returns `take` for the gate's answer to a step, and `step`: what is shown instead of the first one, or null
 */
export function useFurtherSteps(
  onSession: (session: SessionView) => void,
  onBack?: () => void,
): { take: (result: SignInResult) => void; step: ReactNode } {
  const [result, setResult] = useState<SignInResult | null>(null);
  const take = (next: SignInResult): void => {
    if (next.step === 'done' && next.recovery_codes === null) onSession(next.session);
    else setResult(next);
  };
  if (result === null) return { take, step: null };
  if (result.step === 'done') {
    return {
      take,
      step: (
        <EntryFrame title="Keep these recovery codes">
          <RecoveryCodes
            codes={result.recovery_codes ?? []}
            done="I have kept them"
            onDone={() => onSession(result.session)}
          />
        </EntryFrame>
      ),
    };
  }
  return {
    take,
    step: (
      <EntryFrame title={result.step === 'enrol' ? 'Set up one-time codes' : 'One more step'}>
        <SecondStep
          token={result.token}
          enrolment={result.step === 'enrol' ? result.enrolment : null}
          onDone={take}
          onBack={onBack ?? (() => setResult(null))}
        />
      </EntryFrame>
    ),
  };
}
