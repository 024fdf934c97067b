import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { ProspectSnapshot } from '../../src/crm/prospect.ts';
import { draftFromText } from '../../src/evaluate/context.ts';
import { type JudgeInput, judgeByRules } from '../../src/judge/judge.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import { rulesInOrder } from '../../src/judge/rules/index.ts';
import { RULES } from '../../src/judge/verdict.ts';
import { prospectWith } from './rule-input.ts';

const rubric = loadRubric(new URL('../../config/rubric.yaml', import.meta.url).pathname);
const PLAIN =
  'Hi Dana,\n\nI saw that you have four backend roles open. Would ten minutes on Tuesday suit you?\n\nBest,\nAda';

const judge = (draft: string, over: Partial<ProspectSnapshot> = {}, input: Partial<JudgeInput> = {}) =>
  judgeByRules({
    draft: draftFromText(draft),
    prospect: prospectWith(over),
    channel: 'email',
    today: '2026-03-04',
    rubric,
    ...input,
  });

describe('judgeByRules', () => {
  it('passes a plain mail to a clear record', () => {
    expect(judge(PLAIN)).toMatchObject({
      decision: 'PASS',
      hold_reason: null,
      findings: [],
      rubric_version: rubric.version,
    });
  });

  it('decides by the first rule and keeps every finding in rubric order', () => {
    const verdict = judge('Congrats on your $5M Series A! Your first two engineers are here.', {
      disqualifiers: ['competitor'],
      opt_out_channels: ['email'],
      recipient_role: 'CEO',
      headcount: 9000,
      funding_confidence: 'low',
      funding_stage: 'public',
    });
    expect(verdict.decision).toBe('SUPPRESS');
    const order = verdict.findings.map((finding) => RULES.indexOf(finding.rule as never));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(verdict.findings.map((finding) => finding.rule)).toContain('low_confidence_funding');
  });

  it('holds mail to whom a reply may have opted out, unless a rule stops it or opt_out is not enforced', () => {
    const possibleOptOut = {
      value: 'jane@acme.example',
      channel: 'unclear',
      reason: '"My inbox is off limits." (2026-03-01)',
      source: 'reply:<reply-1@acme.example>',
    };
    const held = judge(PLAIN, {}, { possibleOptOut });
    expect(held).toMatchObject({ decision: null, hold_reason: 'possible_opt_out' });
    expect(held.rationale).toContain('presend crm opt-out jane@acme.example');
    expect(judge(PLAIN, {}, { possibleOptOut, prospect: null }).hold_reason).not.toBeNull();
    expect(judge(PLAIN, { opt_out_channels: ['email'] }, { possibleOptOut })).toMatchObject({
      decision: 'SUPPRESS',
      hold_reason: null,
    });
    const observed = { ...rubric, rules: { ...rubric.rules, opt_out: 'observe' as const } };
    expect(judge(PLAIN, {}, { possibleOptOut, rubric: observed }).decision).toBe('PASS');
  });

  it('records what an observed rule finds without deciding by it', () => {
    const observed = { ...rubric, rules: { ...rubric.rules, disqualifier: 'observe' as const } };
    const verdict = judge(PLAIN, { disqualifiers: ['competitor'] }, { rubric: observed });
    expect(verdict).toMatchObject({
      decision: 'PASS',
      findings: [{ rule: 'disqualifier', enforced: false }],
    });
  });

  it('does not run a rule that is off', () => {
    const off = { ...rubric, rules: { ...rubric.rules, disqualifier: 'off' as const } };
    expect(judge(PLAIN, { disqualifiers: ['competitor'] }, { rubric: off })).toMatchObject({
      decision: 'PASS',
      findings: [],
    });
  });

  it('holds mail to an unknown recipient, unless the address opted out', () => {
    expect(judge(PLAIN, {}, { prospect: null })).toMatchObject({
      decision: null,
      hold_reason: 'unknown_recipient',
    });
    expect(judge(PLAIN, {}, { prospect: null, suppressedChannels: ['all'] })).toMatchObject({
      decision: 'SUPPRESS',
    });
    expect(judge(PLAIN, {}, { prospect: null, suppressedChannels: ['sms'] }).decision).toBeNull();
  });

  it('holds what the parser could not make out, but suppresses all the same', () => {
    const trouble = [{ kind: 'parts_differ' as const, detail: 'The parts differ.' }];
    expect(judge(PLAIN, {}, { trouble })).toMatchObject({ decision: null, hold_reason: 'parts_differ' });
    expect(judge(PLAIN, { disqualifiers: ['competitor'] }, { trouble }).decision).toBe('SUPPRESS');
  });

  it('lets doubt outweigh a penalty, which an engine may relay', () => {
    const verdict = judge('We help you hire your first engineers.', {
      funding_stage: 'public',
      recipient_role: 'CEO',
      headcount: null,
    });
    expect(verdict).toMatchObject({ decision: null, hold_reason: 'unknown_headcount' });
    expect(verdict.findings.map((finding) => finding.rule)).toContain('funding_tier');
  });

  it('holds a stale record when an age is configured', () => {
    const strict = { ...rubric, stale_after_days: 90 };
    expect(judge(PLAIN, { updated_at: '2025-01-01T00:00:00Z' }, { rubric: strict }).hold_reason).toBe(
      'stale_record',
    );
    expect(judge(PLAIN, { updated_at: '2026-02-01T00:00:00Z' }, { rubric: strict }).decision).toBe('PASS');
    expect(judge(PLAIN, { updated_at: '2025-01-01T00:00:00Z' }).decision).toBe('PASS');
  });

  it.each([
    'Guten Tag Frau Weber, ich habe gesehen, dass Sie vier offene Stellen im Backend haben. Wir vermitteln erfahrene Entwickler, die sofort anfangen können.',
    'Bonjour Claire, nous aidons les équipes techniques à recruter des ingénieurs expérimentés. Seriez-vous disponible mardi prochain pour en parler ?',
    'Hola Ana, vimos que están contratando ingenieros. ¿Podemos hablar esta semana sobre cómo ayudarles a crecer?',
    'Здравствуйте, мы помогаем компаниям находить инженеров.',
    '您好，我们帮助公司招聘经验丰富的工程师。',
    'Hi Ana,\n\nI hope that you are well and that the team is growing as planned.\n\nWij helpen bedrijven zoals het uwe om snel ervaren ontwikkelaars te vinden, zonder lange wachttijden of hoge kosten.\n\nBest,\nAda',
  ])('holds another language: %s', (draft) => expect(judge(draft).hold_reason).toBe('language'));

  it.each([
    'Hi Łukasz, quick one: are you still hiring for Kraków?',
    'Hi Søren,\nThanks!\nBest,\nJürgen Müller\nGeschäftsführer',
    'Python, Go, Kubernetes, Terraform, Postgres, Kafka, Redis, Airflow.',
    'Hallo Jan, are the four backend roles in Utrecht still open?',
    'Ping',
    'Hi Zoë, your talk "La vie en rose" was a joy. May I send two profiles?',
  ])('does not misjudge English: %s', (draft) => expect(judge(draft).decision).toBe('PASS'));

  it('holds a draft when a rule fails on another way to read it', () => {
    const text = 'Hi Dana, here is my note.';
    const rule = rulesInOrder.find(({ name }) => name === 'funding_tier')!;
    const check = rule.check.bind(rule);
    const spy = vi.spyOn(rule, 'check').mockImplementation((input) => {
      if (input.draft.body === text) throw new Error('no such stage');
      return check(input);
    });
    try {
      const draft = { ...draftFromText(PLAIN), versions: [{ how: 'in the attachment note.txt', text }] };
      expect(judge(PLAIN, {}, { draft })).toMatchObject({
        decision: null,
        hold_reason: 'judge_error',
        rationale: 'Read in the attachment note.txt: The rule funding_tier failed: no such stage',
      });
    } finally {
      spy.mockRestore();
    }
  });

  it('does not mind quoted mail in another language that the thread holds, and holds what nobody is known to have written', () => {
    const body = 'Thanks for the quick answer, Dana. Shall we say Tuesday at ten?\n\n';
    const said = 'Vielen Dank für Ihre Nachricht, wir melden uns in der nächsten Woche bei Ihnen.';
    const quote = `> ${said}\n`;
    const draft = draftFromText(body);
    const quoted = {
      ...draft,
      body: body + quote,
      segments: [
        { kind: 'new' as const, start: 0, end: body.length },
        { kind: 'quote' as const, start: body.length, end: body.length + quote.length },
      ],
    };
    const message = {
      threadId: 't-1',
      direction: 'in' as const,
      person: 'Dana',
      role: null,
      at: '2026-04-20T08:00:00Z',
      text: said,
    };
    expect(judge(PLAIN, { thread: [message] }, { draft: quoted }).decision).toBe('PASS');
    expect(judge(PLAIN, { thread: [] }, { draft: quoted })).toMatchObject({
      decision: null,
      hold_reason: 'language',
    });
  });

  it('holds a draft given as text that has more of it than a mail may have, whatever it says', () => {
    const draft = draftFromText(`${PLAIN}\n\n${'The rain fell on the garden. '.repeat(1_500)}`);
    expect(judge(PLAIN, {}, { draft })).toMatchObject({ decision: null, hold_reason: 'too_complex' });
  });

  it('tells of a missing unsubscribe, hidden text and links that lead elsewhere', () => {
    const draft = {
      ...draftFromText(PLAIN),
      hidden: [{ reason: 'display_none' as const, text: 'preview' }],
      links: [
        { text: 'www.brightloom.example', href: 'https://evil.example/x' },
        { text: 'Book a time', href: 'https://cal.example/x' },
        { text: 'https://docs.brightloom.example/a', href: 'https://brightloom.example/b' },
      ],
    };
    const kinds = judge(PLAIN, {}, { draft, headers: { listUnsubscribe: false } }).notices.map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(['missing_unsubscribe', 'missing_postal_address', 'hidden_text', 'link_mismatch']);
  });

  it.each([
    'a ',
    'you raised $5M and ',
    'we helped an early-stage company and your ',
    'yes. ',
    'x',
    'Hi there\n',
  ])('judges 60 kB of %j within seconds', (piece) => {
    const began = performance.now();
    judge(piece.repeat(60_000 / piece.length), { funding_confidence: 'low', funding_stage: 'series_c' });
    expect(performance.now() - began).toBeLessThan(5_000);
  }, 20_000);

  it('gives the same verdict whatever the order of keys and lists', () => {
    const flags = fc.subarray(['competitor', 'local_only', 'x', '']);
    const channels = fc.subarray(['email', 'sms', 'linkedin']);
    const signals = fc.dictionary(
      fc.constantFrom(
        'anti_offshore',
        'email_opt_out',
        'title',
        'headcount',
        'industry',
        'other_threads',
        'peers',
        'note',
        'funding_tier',
      ),
      fc.oneof(
        fc.boolean(),
        fc.integer(),
        fc.constantFrom('CEO', 'seed', 'banking', 'Budget is frozen until May', 'Monzo'),
        fc.array(fc.string(), { maxLength: 3 }),
      ),
    );
    const drafts = fc.constantFrom(
      PLAIN,
      'Congrats on your $5M seed round. Budget is frozen until May, like Monzo.',
      'Hire your first engineers, as Monzo and Acme did.',
    );
    fc.assert(
      fc.property(
        flags,
        channels,
        signals,
        drafts,
        (disqualifiers, opt_out_channels, available_signals, draft) => {
          const peers = ['Monzo', 'Acme'].map((name) => ({
            name,
            city: null,
            industry: 'banking',
            timesUsed: 1,
          }));
          const one = { disqualifiers, opt_out_channels, available_signals, peers, funding_confidence: null };
          const other = {
            funding_confidence: null,
            peers: peers.toReversed(),
            available_signals: Object.fromEntries(Object.entries(available_signals).reverse()),
            opt_out_channels: opt_out_channels.toReversed(),
            disqualifiers: disqualifiers.toReversed(),
          };
          const { prospect: _a, ...first } = judge(draft, one);
          const { prospect: _b, ...second } = judge(draft, other);
          expect(second).toEqual(first);
        },
      ),
      { numRuns: 200 },
    );
  });
});
