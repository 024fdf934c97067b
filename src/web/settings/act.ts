import { useState } from 'react';
import { ApiFailure } from '../app/api.ts';
import { tellFailure } from '../parts/notify.ts';

/**
 * One act at a time: whether it runs, which fields the gate found wrong, and any other failure as a message. What was typed is
 * the caller's and stays.
 */
export function useAct(): {
  busy: boolean;
  fields: Record<string, string>;
  act: (work: () => Promise<void>) => Promise<void>;
} {
  const [busy, setBusy] = useState(false);
  const [fields, setFields] = useState<Record<string, string>>({});
  return {
    busy,
    fields,
    act: async (work) => {
      setBusy(true);
      setFields({});
      try {
        await work();
      } catch (error) {
        const wrong = error instanceof ApiFailure ? error.fields : {};
        setFields(wrong);
        if (Object.keys(wrong).length === 0) tellFailure(error);
      } finally {
        setBusy(false);
      }
    },
  };
}
