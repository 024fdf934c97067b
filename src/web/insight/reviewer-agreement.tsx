import { Text, Title } from '@mantine/core';
import type { Agreement, AgreementReport } from '../../labels/kappa.ts';
import { plural } from '../parts/words.ts';

/** How far reviewers agree who labelled the same mail. */
export function ReviewerAgreement({ agreement: { pairs, pooled } }: { agreement: AgreementReport }) {
  return (
    <div>
      <Title order={3} size="h6" mt="md">
        Agreement between reviewers
      </Title>
      {pairs.length === 0 ? (
        <Text size="sm">No two reviewers labelled the same mail in this time.</Text>
      ) : (
        <>
          <Text size="sm">{pooledWords(pooled)}</Text>
          <div className="plain-table-frame" tabIndex={0} role="region" aria-label="Agreement by pair">
            <table className="plain-table" data-stacks>
              <caption>Cohen’s kappa: 1 = always the same answer, 0 = as by chance</caption>
              <thead>
                <tr>
                  <th scope="col">Reviewers</th>
                  {['mails', 'agreed', 'kappa', '95 %'].map((name) => (
                    <th key={name} scope="col" className="number">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {pairs.map(({ raters, ...pair }) => (
                  <tr key={raters.join(' ')}>
                    <th scope="row">{raters.join(' and ')}</th>
                    <td className="number" data-label="mails">
                      {pair.n}
                    </td>
                    <td className="number" data-label="agreed">
                      {share(pair.observed)}
                    </td>
                    <td className="number" data-label="kappa">
                      {kappaWords(pair)}
                    </td>
                    <td className="number" data-label="95 %">
                      {interval(pair) ?? '–'}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </div>
  );
}

function pooledWords(pooled: Agreement): string {
  const { n, observed, kappa, why_none } = pooled;
  const agreed = `They gave the same answer in ${share(observed)} of ${plural(n, 'mail')} that two of them labelled`;
  if (why_none === 'not_enough') return `${agreed}; ten are needed for a kappa.`;
  if (kappa === null) return `${agreed}. Everybody gave one and the same answer, so there is no kappa.`;
  const range = interval(pooled);
  return `${agreed}: kappa ${kappa.toFixed(2)}${range === null ? '' : ` (95 %: ${range})`} over all of them.`;
}

function kappaWords({ kappa, why_none }: Agreement): string {
  if (kappa !== null) return kappa.toFixed(2);
  return why_none === 'one_category' ? 'undefined' : 'not enough';
}

const share = (value: number | null): string => (value === null ? '–' : `${Math.round(value * 100)} %`);

const interval = ({ low, high }: Agreement): string | null =>
  low === null || high === null ? null : `${low.toFixed(2)} to ${high.toFixed(2)}`;
