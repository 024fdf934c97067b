import type { Rule } from '../rule.ts';

export const fundingTier: Rule = {
  name: 'funding_tier',
  check: () => ({ fired: false }),
};
