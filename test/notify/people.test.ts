import { describe, expect, test } from 'vitest';
import type { NotificationSettings } from '../../src/notify/web-types.ts';
import { signIn } from '../support/sign-in.ts';
import { HOUR, aRound, gather, hold, linkOf, notifications, startNotifying, untilTold } from './setup.ts';

const ANN = { role: 'reviewer', email: 'ann@reviewer.example', name: 'Ann Able' } as const;

/** The proof of having looked, and a press of the button. */
async function follow(url: string): Promise<{ status: number; text: string }> {
  const page = await (await fetch(url)).text();
  const look = /name="look" value="([^"]*)"/.exec(page)?.[1] ?? '';
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams({ look, label: 'right' }) });
  return { status: response.status, text: await response.text() };
}

describe('a person’s own settings', () => {
  test('start with what the configuration says for their address, and are theirs from then on', async () => {
    const { gate, upstream } = await startNotifying({ email: [ANN.email], about: ['held', 'expired'] });
    const ann = await signIn(gate, ANN);
    const ben = await signIn(gate, { role: 'reviewer', email: 'ben@reviewer.example' });
    const { body } = await ann.get<NotificationSettings>('/account/notifications');
    expect(body).toMatchObject({
      chosen: false,
      address: ANN.email,
      slack: false,
      no_links: null,
      preferences: { email: ['held', 'expired'], digest: null },
    });
    expect((await ben.get('/account/notifications')).body.preferences).toMatchObject({ email: [] });

    const saved = await ann.send('PUT', '/account/notifications', {
      ...body.preferences,
      email: ['expired'],
    });
    expect(saved).toMatchObject({ status: 200, body: { chosen: true, preferences: { email: ['expired'] } } });
    await ben.send('PUT', '/account/notifications', { ...body.preferences, email: ['held'] });
    await aRound(gate);
    await hold(gate, 'one@rumour.example');
    await gather(gate);
    const [mail] = await untilTold(upstream, 1);
    expect(mail.to).toBe('ben@reviewer.example');
    const entry = await gate.app.database.db
      .selectFrom('audit')
      .select(['actor', 'detail'])
      .where('action', '=', 'notifications_changed')
      .executeTakeFirstOrThrow();
    expect(entry.actor).toBe(ANN.email);
    expect(JSON.parse(entry.detail)).toMatchObject({ before: null, after: { email: ['expired'] } });
  });

  test('that are wrong are told by their field', async () => {
    const { gate } = await startNotifying({});
    const ann = await signIn(gate, ANN);
    const { preferences } = (await ann.get<NotificationSettings>('/account/notifications')).body;
    const put = (change: object) => ann.send('PUT', '/account/notifications', { ...preferences, ...change });
    for (const [change, field] of [
      [{ time_zone: 'Mars/Olympus' }, 'time_zone'],
      [{ digest: { at: '25:00', empty: false } }, 'digest.at'],
      [{ quiet_hours: { from: '20:00', to: '20:00' } }, 'quiet_hours'],
      [{ slack_member_id: '@ann' }, 'slack_member_id'],
      [{ slack: ['held'] }, 'slack_member_id'],
    ] as const) {
      const { status, body } = await put(change);
      expect(status).toBe(400);
      expect(Object.keys(body.error.fields)).toEqual([field]);
    }
  });

  test('a sample is sent once a minute', async () => {
    const { gate, upstream } = await startNotifying({});
    const ann = await signIn(gate, ANN);
    expect((await ann.send('POST', '/account/notifications/sample')).status).toBe(200);
    expect((await ann.send('POST', '/account/notifications/sample')).status).toBe(429);
    const [mail] = await untilTold(upstream, 1);
    expect(mail).toMatchObject({ to: ANN.email, subject: 'presend: a sample notification' });
    await gate.until((ds) => ds.every(({ state }) => state === 'relayed'), 'relayed');
    const { recent } = (await ann.get<NotificationSettings>('/account/notifications')).body;
    expect(recent).toMatchObject([{ kind: 'sample', state: 'sent', error: null }]);
  });
});

describe('a signed link', () => {
  test('acts under its person’s account, and does nothing once the account is disabled', async () => {
    const { gate, upstream } = await startNotifying({ email: [ANN.email] });
    const ann = await signIn(gate, ANN);
    const [one, two] = [await hold(gate, 'one@rumour.example'), await hold(gate, 'two@rumour.example')];
    await gather(gate);
    const [mail] = await untilTold(upstream, 1);
    const links = [...mail.text.matchAll(/Reject: (http\S+)/g)].map((match) => match[1]);
    expect(links).toHaveLength(2);
    expect((await follow(links[0])).status).toBe(200);
    const { detail } = await gate.app.database.db
      .selectFrom('audit')
      .select('detail')
      .where('subject_id', '=', one.id)
      .where('action', '=', 'reject')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(detail)).toMatchObject({ by: 'Ann Able' });

    await gate.app.database.transact((trx) =>
      trx.updateTable('users').set({ disabled_at: 1 }).where('id', '=', ann.account.id).execute(),
    );
    const refused = await follow(links[1]);
    expect(refused).toMatchObject({ status: 403, text: expect.stringContaining('is disabled') });
    expect((await gate.deliveries()).find(({ id }) => id === two.id)!.state).toBe('held');
    // Who lists a disabled account tells nobody.
    await hold(gate, 'three@rumour.example');
    gate.advance(HOUR);
    await aRound(gate);
    expect(await notifications(upstream)).toHaveLength(1);
  });

  test('is not sent to an auditor, who reads and does not decide', async () => {
    const { gate, upstream } = await startNotifying({ email: ['eve@auditor.example'] });
    await signIn(gate, { role: 'auditor', email: 'eve@auditor.example' });
    await hold(gate, 'one@rumour.example');
    await gather(gate);
    const [mail] = await untilTold(upstream, 1);
    expect(mail.text).toContain('Open: ');
    expect(mail.text).not.toContain('/act/');
  });

  test('of one person is one approval where four eyes are asked for; another’s releases', async () => {
    const { gate, upstream } = await startNotifying(
      { email: [ANN.email, 'ben@reviewer.example'] },
      { config: { review: { four_eyes: ['low_confidence_funding'] } } },
    );
    await signIn(gate, ANN);
    const held = await hold(gate, 'one@rumour.example');
    await gather(gate);
    const mails = await untilTold(upstream, 2);
    const of = (address: string) => linkOf(mails.find(({ to }) => to === address)!, 'Release');
    const first = await follow(of(ANN.email));
    expect(first).toMatchObject({
      status: 200,
      text: expect.stringContaining('Another person has to release'),
    });
    await expect(
      gate.app.review.release(held.id, {
        actor: ANN.email,
        person: { id: 'x', name: 'Ann Able', email: 'ANN@reviewer.example' },
      }),
    ).rejects.toThrow(/another person has to release it/);
    const second = await follow(of('ben@reviewer.example'));
    expect(second).toMatchObject({ status: 200, text: expect.stringContaining('on its way') });
    gate.app.wake();
    await gate.until((ds) => ds.some(({ id, state }) => id === held.id && state === 'relayed'), 'relayed');
  });
});
