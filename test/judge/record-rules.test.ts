import { describe, expect, it } from 'vitest';
import { cLevel } from '../../src/judge/rules/c-level.ts';
import { disqualifier } from '../../src/judge/rules/disqualifier.ts';
import { optOut } from '../../src/judge/rules/opt-out.ts';
import { decidedByRecord } from '../../src/judge/record-rules.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import { inputFor, prospectWith } from './rule-input.ts';

const rubric = loadRubric(new URL('../../config/rubric.yaml', import.meta.url).pathname);
const PLAIN = 'Hi Dana, would ten minutes on Tuesday suit you?';
type Signals = Record<string, unknown>;

const disqualified = (disqualifiers: string[], available_signals: Signals = {}) =>
  disqualifier.check({ ...inputFor(prospectWith({ disqualifiers, available_signals }), PLAIN), rubric })
    .fired;
const optedOut = (opt_out_channels: string[], draft = PLAIN, available_signals: Signals = {}) =>
  optOut.check({ ...inputFor(prospectWith({ opt_out_channels, available_signals }), draft), rubric }).fired;
const escalates = (
  recipient_role: string | null,
  headcount: unknown,
  over: { title?: string; signals?: Signals } = {},
) =>
  cLevel.check({
    ...inputFor(
      prospectWith({
        recipient_role,
        headcount: headcount as number,
        title: over.title ?? null,
        available_signals: over.signals ?? {},
      }),
      PLAIN,
    ),
    rubric,
  });

describe('disqualifier', () => {
  it.each([
    ['anti_offshore'],
    ['Local Only'],
    ['do-not-contact'],
    ['competitor'],
    ['legal_dispute'],
    ['x'],
  ])('suppresses for %s', (flag) => expect(disqualified([flag])).toBe(true));
  it.each([
    [[]],
    [['']],
    [['none']],
    [['N/A']],
    [['anti_offshore: false']],
    [['false']],
  ])('lets %j pass', (flags) => expect(disqualified(flags)).toBe(false));
  it.each<[Signals]>([
    [{ anti_offshore: true }],
    [{ antiOffshore: 'yes' }],
    [{ is_competitor: 1 }],
    [{ do_not_contact: 'TRUE' }],
    [{ disqualifier: 'anti_offshore' }],
    [{ disqualifiers: ['local_only'] }],
    [{ disqualifiers: { competitor: true, local_only: false } }],
    [{ crm: { flags: { local_only: true } } }],
  ])('reads the signal %j', (signals) => expect(disqualified([], signals)).toBe(true));
  it.each<[Signals]>([
    [{ anti_offshore: false, local_only: 'no' }],
    [{ disqualifiers: [] }],
    [{ disqualifier: null }],
    [{ disqualifiers: { competitor: false } }],
    [{ anti_offshore_source: 'post', anti_offshore_quote: 'Never again.' }],
    [{ competitor: 'Contoso', competitor_intel: 'leaving Contoso' }],
    [{ disqualifier: 'none' }],
  ])('does not take %j for a flag', (signals) => expect(disqualified([], signals)).toBe(false));
});

describe('opt_out', () => {
  it.each([
    ['email'],
    ['E-Mail'],
    ['e mail'],
    ['EMAIL '],
    ['all'],
    ['All channels'],
    ['everything'],
    ['*'],
    ['email_marketing'],
    ['mail'],
  ])('suppresses mail for %j', (channel) => expect(optedOut([channel])).toBe(true));
  it.each([
    ['sms'],
    ['linkedin'],
    ['LinkedIn InMail'],
    ['phone'],
    ['text'],
    [''],
    ['none'],
    ['WhatsApp'],
  ])('does not stop mail for %j', (channel) => expect(optedOut([channel])).toBe(false));
  it.each<[Signals]>([
    [{ email_opt_out: true }],
    [{ opt_out_email: 'yes' }],
    [{ optedOut: true }],
    [{ unsubscribed: true }],
    [{ email: { opt_out: true } }],
    [{ opt_out_channels: ['email', 'sms'] }],
    [{ all_channels_suppressed: true }],
    [{ gdpr_erasure_request: true }],
    [{ email_status: 'unsubscribed' }],
    [{ do_not_contact_by: 'x', do_not_email: true }],
  ])('reads the signal %j', (signals) => expect(optedOut([], PLAIN, signals)).toBe(true));
  it.each<[Signals]>([
    [{ email_opt_out: false }],
    [{ opt_out_reason: 'unsubscribed', opt_out_date: '2026-03-15' }],
    [{ sms_opt_out: true }],
    [{ unsubscribe_link: 'https://example.com/u' }],
    [{ opt_out_channels: ['linkedin'] }],
    [{ email_open_rate: 0.4 }],
    [{ unsubscribed: null }],
  ])('does not take %j for one', (signals) => expect(optedOut([], PLAIN, signals)).toBe(false));
  it.each([
    'I am reaching out on LinkedIn as an alternative.',
    "Happy to move this over to LinkedIn. I'll message you on LinkedIn tomorrow.",
    'Sending a LinkedIn message instead.',
    'I noticed your profile on LinkedIn and wanted to reach out directly.',
  ])('stops a redirect to an opted-out channel: %s', (draft) =>
    expect(optedOut(['linkedin'], draft)).toBe(true));
  it.each([
    'I saw your post on LinkedIn about on-call.',
    'We met through a LinkedIn post last year.',
    'Your LinkedIn article on Kafka was useful.',
    'I read your comment on LinkedIn.',
  ])('lets a mention of it pass: %s', (draft) => expect(optedOut(['linkedin'], draft)).toBe(false));
  it('stops a text message the engine intends', () => {
    expect(optedOut(['sms'], PLAIN, { intended_channel: 'sms' })).toBe(true);
  });
});

describe('c_level', () => {
  it.each([
    'CEO',
    'cto',
    'C.T.O.',
    'c_level',
    'C-Level',
    'Chief Technology Officer',
    'Chief People & Culture Officer',
    'Founder & CEO',
    'CEO/Founder',
    'Group CTO',
    'Co-Founder and CTO',
    'Interim CFO',
    'CISO',
    'Global CIO, EMEA',
    'Chief Information Security Officer',
    'Former VP, now CTO',
  ])('escalates %j above the threshold', (role) => expect(escalates(role, 2001).fired).toBe(true));
  it.each([
    'VP Engineering',
    'vp_eng',
    'founder',
    'Chief of Staff',
    'Chief of Staff to the CEO',
    'Director reporting to CEO',
    'Former CTO',
    'ex-CTO',
    'Assistant to the CEO',
    'EA to the CEO & CFO',
    'Office of the CTO',
    'Deputy CTO',
    'Field CTO',
    'Advisor to the CFO',
    'Head of CEO Communications',
    'other',
    'Executive Assistant (CEO Office)',
    'Director',
    '',
    null,
    'sector lead',
  ])('does not escalate %j', (role) => expect(escalates(role, 5000)).toEqual({ fired: false }));
  it.each([[2000], [12], ['1,999'], ['500-1,000'], [0]])('does not escalate at %j employees', (headcount) =>
    expect(escalates('CTO', headcount)).toEqual({ fired: false }));
  it.each([
    [2001],
    ['3,800'],
    ['2.5k'],
    ['5,001-10,000'],
    ['10 000'],
    ['3000+'],
  ])('escalates at %j employees', (headcount) => expect(escalates('CTO', headcount).fired).toBe(true));
  it.each([[null], ['unknown'], ['1,001-5,000'], ['2,000+']])('doubts at %j employees', (headcount) =>
    expect(escalates('CTO', headcount)).toMatchObject({
      fired: false,
      doubt: { reason: 'unknown_headcount' },
    }));
  it('reads the headcount from signals when the record has none', () => {
    expect(escalates('CTO', null, { signals: { crunchbase: { headcount: '4,100' } } }).fired).toBe(true);
  });
  it('reads the title beside the role', () => {
    expect(escalates('other', 9000, { title: 'Chief Operating Officer' }).fired).toBe(true);
    expect(escalates('other', 9000, { signals: { recipient_title: 'CPO' } }).fired).toBe(true);
  });
  it("does not take another thread's CEO for the recipient", () => {
    const signals = { active_threads: [{ recipient_role: 'CEO', last_message: 'hello' }] };
    expect(escalates('vp_eng', 9000, { signals }).fired).toBe(false);
  });
});

describe('decidedByRecord', () => {
  const clear = { disqualifiers: [], opt_out_channels: [] };
  it('lets a clear record go', () => expect(decidedByRecord(clear, rubric)).toBeNull());
  it('names the rule, disqualifiers first', () => {
    const both = { disqualifiers: ['competitor'], opt_out_channels: ['all'] };
    expect(decidedByRecord(both, rubric)).toMatchObject({ rule: 'disqualifier' });
    expect(decidedByRecord({ ...clear, opt_out_channels: ['All'] }, rubric)).toMatchObject({
      rule: 'opt_out',
    });
  });
  it('follows the switches of the rubric', () => {
    const observed = { ...rubric, rules: { ...rubric.rules, opt_out: 'observe' as const } };
    expect(decidedByRecord({ ...clear, opt_out_channels: ['email'] }, observed)).toBeNull();
  });
});
