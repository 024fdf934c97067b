import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NotificationContent } from '../../src/notify/content.ts';
import { linkMaker } from '../../src/notify/links.ts';
import { explainSlack, slackStep } from '../../src/notify/slack-answer.ts';
import { slackMessage } from '../../src/notify/slack-message.ts';
import { startGate } from '../support/gate.ts';
import { SlackStandIn } from '../support/slack.ts';
import { HOUR, MINUTE, aRound, eventually, gather, hold, startNotifying } from './setup.ts';

const LINKS = linkMaker({
  key: Buffer.alloc(32),
  publicUrl: 'https://gate.example',
  person: null,
  expires: 0,
});

function content(lines: string[], items = 0): NotificationContent {
  return {
    title: 'presend & <co>',
    summary: '1 mail held & <waiting>',
    thread: 'x',
    mentions: ['U012AB3CD'],
    sections: [
      {
        topic: 'held',
        headline: '1 mail held',
        lines,
        items: Array.from({ length: items }, (_, i) => ({
          delivery_id: `d${i}`,
          recipient: '<!channel>@x.example',
          subject: '*bold* <https://evil.example|click> & more',
          reason: 'stale records',
          why: 'a_b',
          due: null,
          seen: 'abc',
        })),
      },
    ],
  };
}

const textOf = (message: ReturnType<typeof slackMessage>): string => JSON.stringify(message.blocks);

describe('a Slack message', () => {
  test('escapes what a prospect or an engine wrote, so that it links and mentions nothing', () => {
    const message = slackMessage(content(['a < b'], 1), LINKS);
    expect(message.text).toBe('1 mail held &amp; &lt;waiting&gt;');
    const text = textOf(message);
    expect(text).toContain('&lt;!channel&gt;@x.example');
    expect(text).toContain('&lt;https://evil.example|click&gt; &amp; more');
    expect(text).toContain('a &lt; b');
    expect(text).not.toContain('<!channel>');
    expect(text).toContain('<https://gate.example/app/deliveries/d0|Open>');
    expect(text).toContain('<https://gate.example/app/queue|Held queue> <@U012AB3CD>');
  });

  test('never has a link, a mention, an emoji or a layout that somebody else wrote, whatever they wrote', () => {
    const signs = [
      '<',
      '>',
      '|',
      '!channel',
      '@U012AB3CD',
      'https://evil.example',
      '&lt;',
      '&',
      '*',
      '_',
      ':',
    ];
    const piece = constantFrom(...signs, ' ', '~', '`', '\n', 'white_check_mark', '\u202e', 'a');
    const text = array(piece, { maxLength: 400 }).map((pieces) => pieces.join(''));
    assert(
      property(text, text, text, (recipient, subject, why) => {
        const told = content([why], 1);
        Object.assign(told.sections[0].items[0], { recipient, subject, why });
        const message = slackMessage(told, LINKS);
        const texts = message.blocks.flatMap((block) =>
          block.type === 'header' ? [] : block.type === 'section' ? [block.text] : block.elements,
        );
        expect(texts.every(({ verbatim }) => verbatim)).toBe(true);
        expect(texts.every(({ text: one }) => one.length <= 3_000)).toBe(true);
        const all = texts.map(({ text: one }) => one).join('\n');
        expect(all.match(/<[^>]*>?/gu)).toEqual([
          '<https://gate.example/app/deliveries/d0|Open>',
          '<https://gate.example/app/queue|Held queue>',
          '<@U012AB3CD>',
        ]);
        // Bold are the headline and the recipient, by presend.
        expect(all.match(/\*(?!\u200b)/gu)).toHaveLength(4);
        expect(all).not.toMatch(/:white_check_mark:|[_~`](?!\u200b)|(?:^|\n)&gt;/u);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test('has no link that acts: many read it', () => {
    expect(textOf(slackMessage(content([], 3), LINKS))).not.toContain('/act/');
  });

  test('keeps within 50 blocks of 3000 characters', () => {
    const message = slackMessage(
      content(
        Array.from({ length: 400 }, () => '&'.repeat(290)),
        80,
      ),
      LINKS,
    );
    expect(message.blocks).toHaveLength(50);
    for (const block of message.blocks) {
      if (block.type !== 'section') continue;
      expect(block.text.text.length).toBeLessThanOrEqual(3_000);
      expect(block.text.text).not.toMatch(/&(?!amp;|lt;|gt;)/);
    }
    expect(textOf(message)).toContain('… and more: see the held queue.');
  });
});

describe('an answer of Slack', () => {
  const step = (
    status: number | null,
    more: { text?: string; error?: string; retryAfter?: string } = {},
    o = {},
  ) =>
    slackStep(
      { status, error: more.error ?? null, retryAfter: more.retryAfter ?? null, text: more.text ?? '' },
      { attempts: 1, unanswered: 1, createdAt: 0, now: 1_000, random: 0, ...o },
    );

  test.each([
    ['invalid_payload', 400, /could not read the message/],
    ['no_service', 404, /make a new one in Slack and set notify\.slack/],
    ['channel_is_archived', 410, /restore it in Slack/],
    ['action_prohibited', 403, /an admin of the workspace forbids/],
    ['something <new>', 500, /answered 500: something <new>/],
  ])('%s is explained', (text, status, words) => {
    expect(explainSlack({ status, error: null, retryAfter: null, text })).toMatch(words);
  });

  test('decides whether the message is tried again', () => {
    expect(step(200, { text: 'ok' })).toEqual({ state: 'sent' });
    expect(step(400, { text: 'invalid_payload' })).toMatchObject({ state: 'given_up' });
    expect(step(404, { text: 'no_service' })).toMatchObject({ state: 'pending', at: 31_000, answered: true });
    expect(step(429, { retryAfter: '90' })).toMatchObject({ state: 'pending', at: 91_000, answered: true });
    expect(step(404, { text: 'no_service' }, { now: 25 * HOUR })).toMatchObject({ state: 'given_up' });
    expect(step(null, { error: 'socket hang up' })).toMatchObject({ state: 'pending', answered: false });
    expect(step(null, { error: 'socket hang up' }, { unanswered: 3 })).toMatchObject({ state: 'given_up' });
    expect(step(null, { error: 'connect ECONNREFUSED 127.0.0.1:1' }, { unanswered: 3 })).toMatchObject({
      state: 'pending',
      answered: true,
    });
  });
});

async function startSlack() {
  const slack = await SlackStandIn.start();
  const { gate } = await startNotifying({ slack: { webhook_url: slack.url } });
  const state = async () =>
    (await gate.app.database.db.selectFrom('notifications').selectAll().execute()).map((one) => ({
      state: one.state,
      attempts: one.attempts,
      error: one.error,
      leased: one.lease_until !== null,
    }));
  return { slack, gate, state };
}

describe('the channel', () => {
  test('is told once for a window, as Slack takes it', async () => {
    const { slack, gate } = await startSlack();
    await hold(gate, 'one@rumour.example');
    await hold(gate, 'two@rumour.example');
    await gather(gate);
    await eventually(() => slack.messages.length === 1, 'a message');
    expect(slack.messages[0].text).toMatch(/^2 mails held since/);
    expect(JSON.stringify(slack.messages[0].blocks)).toContain('one@rumour.example');
    await hold(gate, 'three@rumour.example');
    await aRound(gate);
    expect(slack.messages).toHaveLength(1);
    gate.advance(16 * MINUTE);
    await eventually(() => slack.messages.length === 2, 'the next message');
  });

  test('is tried again after the time that a 429 asks for, and told of all that came meanwhile', async () => {
    const { slack, gate, state } = await startSlack();
    slack.script = [{ status: 429, text: '', headers: { 'retry-after': '3600' } }];
    await hold(gate, 'one@rumour.example');
    await gather(gate);
    await eventually(() => slack.requests.length === 1, 'the first try');
    await eventually(async () => (await state())[0]?.error?.includes('429') ?? false, 'settled');
    await hold(gate, 'two@rumour.example');
    gate.advance(50 * MINUTE);
    await aRound(gate);
    expect(slack.requests).toHaveLength(1);
    gate.advance(11 * MINUTE);
    await eventually(() => slack.messages.length === 2, 'both messages');
    expect(slack.messages[0].text).toMatch(/^1 mail held/);
    expect(slack.messages[1].text).toMatch(/^1 mail held/);
  });

  test('that is archived is said to be; mail is not held up by it', async () => {
    const { slack, gate, state } = await startSlack();
    slack.script = [{ status: 410, text: 'channel_is_archived' }];
    const held = await hold(gate, 'one@rumour.example');
    await gather(gate);
    await eventually(
      async () => (await state())[0]?.error !== undefined && (await state())[0]?.error !== null,
      'tried',
    );
    expect(await state()).toMatchObject([
      { state: 'pending', error: expect.stringContaining('is archived') },
    ]);
    await gate.app.review.release(held.id, { actor: 'ben' });
    gate.app.wake();
    await gate.until(([d]) => d.state === 'relayed', 'relayed');
    gate.advance(HOUR);
    await eventually(async () => (await state())[0]?.state === 'sent', 'told after all');
    expect(slack.messages).toHaveLength(1);
    expect(await state()).toMatchObject([{ error: null }]);
  });

  test('that never answers gets a message three times and no more', async () => {
    const { slack, gate, state } = await startSlack();
    slack.script = Array.from({ length: 9 }, () => ({ cut: true }));
    await hold(gate, 'one@rumour.example');
    for (let i = 1; i <= 3; i += 1) {
      gate.advance(HOUR);
      // Its outcome is noted before the clock moves on, or the next try would be counted from there.
      await eventually(async () => {
        const [one] = await state();
        return one?.attempts === i && one.error !== null && !one.leased;
      }, `try ${i}`);
    }
    await eventually(async () => (await state())[0].state === 'given_up', 'given up');
    gate.advance(HOUR);
    await aRound(gate);
    expect(slack.requests).toHaveLength(3);
    expect(await state()).toMatchObject([{ attempts: 3, error: expect.stringContaining('no answer') }]);
  });

  test('by a URL at a private address is refused at the start, without telling the URL', async () => {
    const start = startGate({
      config: { notify: { slack: { webhook_url: 'https://10.0.0.1/services/T0/B0/secret' } } },
    });
    await expect(start).rejects.toThrow(/notify\.slack: .*private address/);
    await expect(start).rejects.not.toThrow(/secret/);
  });
});
