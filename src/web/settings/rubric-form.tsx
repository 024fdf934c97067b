import { Badge, Button, Group, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { RubricValues } from '../../judge/rubric.ts';
import { RULES, RULE_DECISION, type RuleMode, type RuleName } from '../../judge/verdict.ts';
import type { RubricPage } from '../../settings/web-types.ts';
import { reasonSentence } from '../parts/words.ts';
import { WordList } from './word-list.tsx';

interface Props {
  page: RubricPage;
  values: RubricValues;
  /** Dotted fields that differ from the rubric in force. */
  changed: readonly string[];
  /** What the gate found wrong, by dotted field below `values`. */
  fields: Record<string, string>;
  disabled: boolean;
  onChange: (values: RubricValues) => void;
}

/** Every switch, list and threshold of the rubric. */
export function RubricForm({ page, values, changed, fields, disabled, onChange }: Props) {
  const errorAt = (field: string): string | undefined =>
    Object.entries(fields).find(
      ([key]) => key === `values.${field}` || key.startsWith(`values.${field}.`),
    )?.[1];
  const part = (field: string, children: ReactNode) => (
    <div className={changed.includes(field) ? 'settings-changed' : undefined}>{children}</div>
  );
  const list = (
    field: string,
    label: string,
    about: string,
    words: string[],
    put: (words: string[]) => void,
  ) =>
    part(
      field,
      <WordList
        label={label}
        description={about}
        words={words}
        error={errorAt(field)}
        disabled={disabled}
        onChange={put}
      />,
    );
  return (
    <Stack>
      <section className="settings-card" aria-labelledby="rules">
        <Title order={2} size="h4" id="rules">
          Rules
        </Title>
        <Text size="sm" c="dimmed">
          In their order: the first enforced one that fires decides. <b>enforce</b> counts, <b>observe</b> is
          recorded and shown only, <b>off</b> does not run.
        </Text>
        {RULES.map((rule, i) => (
          <Rule
            key={rule}
            number={i + 1}
            rule={rule}
            mode={values.rules[rule]}
            changed={changed.includes(`rules.${rule}`)}
            fixed={page.fixed_rules.includes(rule)}
            disabled={disabled}
            onChange={(mode) => onChange({ ...values, rules: { ...values.rules, [rule]: mode } })}
          />
        ))}
        <Text size="sm" c="dimmed" mt="xs">
          {page.fixed_why}
        </Text>
      </section>
      <section className="settings-card" aria-labelledby="lists">
        <Title order={2} size="h4" id="lists" mb="sm">
          Lists and thresholds
        </Title>
        <Stack>
          {list(
            'disqualifiers.known',
            'Known disqualifiers',
            'Also looked for as keys of available_signals. On the record itself any flag disqualifies.',
            values.disqualifiers.known,
            (known) => onChange({ ...values, disqualifiers: { known } }),
          )}
          {part(
            'c_level.headcount_over',
            <NumberField
              label="A large company has more employees than"
              description="The number itself does not count."
              value={values.c_level.headcount_over}
              error={errorAt('c_level.headcount_over')}
              disabled={disabled}
              onChange={(headcount_over) =>
                onChange({ ...values, c_level: { ...values.c_level, headcount_over: headcount_over ?? 0 } })
              }
            />,
          )}
          {list(
            'c_level.titles',
            'C-level titles',
            '“*” stands for one to four words. “Former CTO” and “assistant to the CEO” never count.',
            values.c_level.titles,
            (titles) => onChange({ ...values, c_level: { ...values.c_level, titles } }),
          )}
          {list(
            'funding.trusted',
            'Funding confidence that may be stated as fact',
            'Everything else, a missing value too, counts as low.',
            values.funding.trusted,
            (trusted) => onChange({ ...values, funding: { trusted } }),
          )}
          {list(
            'peers.placeholders',
            'Placeholder peers',
            'Names that stand for a company without being one.',
            values.peers.placeholders,
            (placeholders) => onChange({ ...values, peers: { ...values.peers, placeholders } }),
          )}
          {part(
            'peers.reuse_limit',
            <NumberField
              label="A peer is reused once it was named to this many other prospects"
              value={values.peers.reuse_limit}
              error={errorAt('peers.reuse_limit')}
              disabled={disabled}
              onChange={(limit) =>
                onChange({ ...values, peers: { ...values.peers, reuse_limit: limit ?? 1 } })
              }
            />,
          )}
          {part(
            'stale_after_days',
            <NumberField
              label="A record is stale after this many days"
              description="Mail to a stale record is held. Empty = never."
              value={values.stale_after_days}
              error={errorAt('stale_after_days')}
              disabled={disabled}
              onChange={(stale_after_days) => onChange({ ...values, stale_after_days })}
            />,
          )}
        </Stack>
      </section>
      <Verticals
        {...{ values, disabled, onChange }}
        changed={changed.includes('regulated')}
        errorAt={errorAt}
      />
    </Stack>
  );
}

function Rule({
  number,
  rule,
  mode,
  changed,
  fixed,
  disabled,
  onChange,
}: {
  number: number;
  rule: RuleName;
  mode: RuleMode;
  changed: boolean;
  fixed: boolean;
  disabled: boolean;
  onChange: (mode: RuleMode) => void;
}) {
  return (
    <div className="rule-row" data-changed={changed || undefined}>
      <div>
        <Group gap="xs">
          <Text fw={600}>
            {number}. {rule}
          </Text>
          <Badge variant="light" color="gray">
            {RULE_DECISION[rule]}
          </Badge>
          {changed && <Badge variant="light">changed</Badge>}
        </Group>
        <Text size="sm">{reasonSentence(rule)}</Text>
      </div>
      {disabled || (fixed && mode === 'enforce') ? (
        <Text size="sm">
          {mode}
          {fixed && ', fixed'}
        </Text>
      ) : (
        <NativeSelect
          aria-label={`Mode of ${rule}`}
          value={mode}
          onChange={(event) => onChange(event.currentTarget.value as RuleMode)}
          data={fixed ? [...new Set(['enforce', mode])] : ['enforce', 'observe', 'off']}
        />
      )}
    </div>
  );
}

function NumberField({
  label,
  description,
  value,
  error,
  disabled,
  onChange,
}: {
  label: string;
  description?: string;
  value: number | null;
  error: string | undefined;
  disabled: boolean;
  onChange: (value: number | null) => void;
}) {
  return (
    <TextInput
      label={label}
      description={description}
      value={value === null ? '' : String(value)}
      error={error}
      disabled={disabled}
      inputMode="numeric"
      maw={360}
      onChange={(event) => {
        const digits = event.currentTarget.value.replace(/\D/gu, '').slice(0, 9);
        onChange(digits === '' ? null : Number(digits));
      }}
    />
  );
}

function Verticals({
  values,
  changed,
  disabled,
  errorAt,
  onChange,
}: Pick<Props, 'values' | 'disabled' | 'onChange'> & {
  changed: boolean;
  errorAt: (field: string) => string | undefined;
}) {
  const { regulated } = values;
  const put = (i: number, vertical: RubricValues['regulated'][number]): void =>
    onChange({ ...values, regulated: regulated.map((one, at) => (at === i ? vertical : one)) });
  return (
    <section className={`settings-card${changed ? ' settings-changed' : ''}`} aria-labelledby="verticals">
      <Title order={2} size="h4" id="verticals">
        Regulated verticals
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        Words of the record that show one, and checks that a draft may give as the caveat of a timeline.
      </Text>
      {regulated.map((vertical, i) => (
        // Verticals have no other identity while their name is typed.
        <details key={i} className="settings-details" open={vertical.name === '' || undefined}>
          <summary>{vertical.name || 'a new vertical'}</summary>
          <Stack pb="sm">
            <TextInput
              label="Name"
              value={vertical.name}
              error={errorAt(`regulated.${i}.name`)}
              disabled={disabled}
              onChange={(event) => put(i, { ...vertical, name: event.currentTarget.value })}
            />
            <WordList
              label="Words of the record"
              words={vertical.industries}
              error={errorAt(`regulated.${i}.industries`)}
              disabled={disabled}
              onChange={(industries) => put(i, { ...vertical, industries })}
            />
            <WordList
              label="Caveats"
              words={vertical.caveats}
              error={errorAt(`regulated.${i}.caveats`)}
              disabled={disabled}
              onChange={(caveats) => put(i, { ...vertical, caveats })}
            />
            {!disabled && (
              <Group>
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => onChange({ ...values, regulated: regulated.filter((_, at) => at !== i) })}
                >
                  Remove {vertical.name || 'this vertical'}
                </Button>
              </Group>
            )}
          </Stack>
        </details>
      ))}
      {!disabled && (
        <Button
          size="xs"
          variant="default"
          mt="xs"
          onClick={() =>
            onChange({ ...values, regulated: [...regulated, { name: '', industries: [], caveats: [] }] })
          }
        >
          Add a vertical
        </Button>
      )}
    </section>
  );
}
