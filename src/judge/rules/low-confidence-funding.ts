import type { Rule } from '../rule.ts';

export const lowConfidenceFunding: Rule = {
  name: 'low_confidence_funding',
  check: () => ({ fired: false }),
};
