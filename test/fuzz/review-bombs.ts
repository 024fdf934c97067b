import type { BombedGate } from './bombed-gate.ts';
import type { HttpBomb } from './http-bombs.ts';

/** What a reviewer who is signed in, or a script with the reviewer's session, could send. */
const act =
  (
    path: (deliveryId: string) => string,
    make: (bytes: number) => unknown,
    headers: Record<string, string> = {},
  ) =>
  async (gate: BombedGate, bytes: number): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${gate.httpPort}/api${path(await gate.heldDelivery())}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...gate.session, ...headers },
      body: JSON.stringify(make(bytes)),
    });
    return `${answer.status} ${(await answer.text()).slice(0, 80)}`;
  };

const edit = (make: (bytes: number) => string) =>
  act(
    (id) => `/deliveries/${id}/edit`,
    (bytes) => ({ text: make(bytes) }),
  );
/** As much as an edit may have. */
const MOST_EDIT = 200_000;

export const REVIEW_BOMBS: readonly HttpBomb[] = [
  { name: 'an edit of 10 MB', throwAt: edit((n) => 'long text '.repeat(n / 10)) },
  { name: 'an edit of 10 MB of HTML', throwAt: edit((n) => '<div>x'.repeat(n / 6)) },
  { name: 'an edit as long as may be', throwAt: edit(() => 'long text '.repeat(MOST_EDIT / 10)) },
  { name: 'an edit of markup as long as may be', throwAt: edit(() => '<div>x'.repeat(MOST_EDIT / 6)) },
  { name: 'an edit of line breaks', throwAt: edit(() => `x${'\n'.repeat(MOST_EDIT - 1)}`) },
  { name: 'an edit of full stops apart', throwAt: edit(() => '. '.repeat(19_500)) },
  { name: 'an edit of ligatures that unfold', throwAt: edit(() => 'ﷺ'.repeat(39_000)) },
  { name: 'an edit of capitalised words', throwAt: edit(() => 'Acme Beta '.repeat(3_900)) },
  {
    name: 'a comment of 10 MB',
    throwAt: act(
      (id) => `/deliveries/${id}/comments`,
      (n) => ({ text: 'why '.repeat(n / 4) }),
    ),
  },
  {
    name: 'a comment as long as may be',
    throwAt: act(
      (id) => `/deliveries/${id}/comments`,
      () => ({ text: '@Ann '.repeat(2_000) }),
    ),
  },
  {
    name: 'a bulk act on 100,000 ids',
    throwAt: act(
      () => '/queue/bulk',
      (n) => ({ act: 'claim', ids: Array.from({ length: n / 100 }, (_, i) => `id-${i}`) }),
    ),
  },
  {
    name: 'a bulk act on 500 ids, the same mail',
    throwAt: async (gate, n) => {
      const id = await gate.heldDelivery();
      return act(
        () => '/queue/bulk',
        () => ({ act: 'claim', ids: Array.from({ length: 500 }, () => id) }),
      )(gate, n);
    },
  },
  {
    name: 'a bulk act on 500 ids of nothing',
    throwAt: act(
      () => '/queue/bulk',
      () => ({ act: 'reject', reason: 'no', ids: Array.from({ length: 500 }, (_, i) => `id-${i}`) }),
    ),
  },
  {
    name: 'a bulk act of deep JSON',
    throwAt: async (gate, n) => {
      const answer = await fetch(`http://127.0.0.1:${gate.httpPort}/api/queue/bulk`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...gate.session },
        body: `{"ids":${'['.repeat(Math.min(n, 90_000) / 2)}${']'.repeat(Math.min(n, 90_000) / 2)}}`,
      });
      return `${answer.status} ${(await answer.text()).slice(0, 80)}`;
    },
  },
  {
    name: 'a record for the playground of 10 MB',
    throwAt: act(
      () => '/playground/judge',
      (n) => ({ subject: 'x', text: 'long text '.repeat(n / 10) }),
    ),
  },
];
