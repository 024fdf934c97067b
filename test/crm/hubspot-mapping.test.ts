import { describe, expect, test } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import { parseStrictYaml } from '../../src/config/strict-yaml.ts';
import { resolveMapping } from '../../src/crm/hubspot/check-mapping.ts';
import { type FieldSides, mergeField } from '../../src/crm/hubspot/merge.ts';
import { readSaid } from '../../src/crm/hubspot/said.ts';
import { mappingOf, syncSchema } from '../../src/crm/hubspot/settings.ts';
import { Portal } from '../support/hubspot-portal.ts';

const portal = new Portal();
const properties = {
  companies: [...portal.properties.companies],
  contacts: [...portal.properties.contacts],
};

/** What a contact or company with these properties says by the default mapping, or the given one over it. */
function said(
  object: 'contacts' | 'companies',
  values: Record<string, string>,
  settings: Parameters<typeof syncSchema.parse>[0] = {},
) {
  const mapping = mappingOf(syncSchema.parse(settings), 'presend_opted_out')[object];
  const record = { id: '7', properties: values, modifiedAt: 0, archived: false };
  return readSaid(object, record, mapping, { owners: new Map([['1', 'owner@x.example']]) });
}

describe('The default mapping', () => {
  test('fits a fresh portal: only the property of the write-back may be absent', () => {
    const { absent, mapping } = resolveMapping(
      mappingOf(syncSchema.parse({}), 'presend_opted_out'),
      properties,
    );
    expect(absent).toEqual(['stops.contacts']);
    expect(mapping.contacts.fields.map(({ field }) => field)).toEqual([
      'address',
      'name',
      'title',
      'recipient_role',
      'account_owner',
    ]);
  });

  test('takes every subscription type of a portal, but not the reason somebody gave', () => {
    const { mapping } = resolveMapping(mappingOf(syncSchema.parse({}), 'x'), {
      ...properties,
      contacts: [...properties.contacts, 'hs_email_optout_11', 'hs_email_optout_12'],
    });
    expect(
      mapping.contacts.stops.filter(({ channel }) => channel === 'unclear').map((stop) => stop.property),
    ).toEqual(['hs_email_optout_11', 'hs_email_optout_12']);
  });

  test.each([
    ['350', 350],
    ['350.0', 350],
    ['51-200', 200],
    ['1,001 - 5,000 employees', 5000],
    ['10,001+', 10_001],
    ['', null],
  ])('reads a headcount of "%s" as %s', (text, headcount) => {
    expect(said('companies', { numberofemployees: text }).fields['headcount']).toBe(headcount);
  });

  test.each([
    ['VP of Engineering', 'vp_eng'],
    ['Senior Vice President, Sales', 'vp_sales'],
    ['Head of Growth', 'head_marketing'],
    ['Chief Technology Officer', 'c_level'],
    ['C.T.O.', 'cto'],
    ['Co-Founder', 'founder'],
    ['Executive Assistant to the CEO', null],
    ['Software Engineer', null],
  ])('reads the role of "%s" as %s and keeps the title', (title, role) => {
    expect(said('contacts', { jobtitle: title }).fields).toMatchObject({ title, recipient_role: role });
  });

  test('leaves an owner out that is no longer active', () => {
    expect(said('contacts', { hubspot_owner_id: '1' }).fields['account_owner']).toBe('owner@x.example');
    expect(said('contacts', { hubspot_owner_id: '2' }).fields['account_owner']).toBeNull();
  });
});

test('A mapping can rename values, split lists, name its own properties and switch a field off', () => {
  const { fields } = said(
    'companies',
    { round: 'Series B (2024)', flags: 'Local only;Competitor' },
    {
      companies: {
        funding_stage: { property: 'round', transform: 'values', values: { 'Series B (2024)': 'series_b' } },
        disqualifiers: { property: 'flags', transform: 'list' },
        city: null,
      },
    },
  );
  expect(fields).toMatchObject({ funding_stage: 'series_b', disqualifiers: ['local_only', 'competitor'] });
  expect(fields).not.toHaveProperty('city');
});

test('Mistakes in the configuration are told with their line', () => {
  const wrong = `hubspot:
  token: x
  sync:
    contacts:
      titel: jobtitle
    stops:
      contacts:
        - { property: hs_lead_status }
      companies:
        - { property: banned, channel: email }
`;
  expect(() => parseStrictYaml(wrong, 'presend.yaml', configSchema)).toThrow(
    /titel[^]*either channel[^]*an opt-out belongs to a person/u,
  );
});

describe('A field that both sides have', () => {
  const sides = (more: Partial<FieldSides>): FieldSides => ({
    field: 'title',
    rule: 'newest',
    base: 'old',
    mine: 'old',
    theirs: 'old',
    theirsAt: 100,
    mineAt: null,
    ...more,
  });
  test.each<[string, Partial<FieldSides>, ReturnType<typeof mergeField>]>([
    ['is the same', {}, { kind: 'same' }],
    ['changed in HubSpot only', { theirs: 'new' }, { kind: 'changed' }],
    ['was cleared in HubSpot', { theirs: null }, { kind: 'changed' }],
    ['was edited here only', { mine: 'mine' }, { kind: 'kept' }],
    [
      'was edited here only, and HubSpot rules',
      { mine: 'mine', rule: 'hubspot' },
      { kind: 'conflict', winner: 'hubspot' },
    ],
    [
      'was edited here later',
      { mine: 'mine', theirs: 'new', mineAt: 101 },
      { kind: 'conflict', winner: 'presend' },
    ],
    [
      'was edited here earlier',
      { mine: 'mine', theirs: 'new', mineAt: 99 },
      { kind: 'conflict', winner: 'hubspot' },
    ],
    [
      'was edited here earlier, and edits rule',
      { mine: 'mine', theirs: 'new', mineAt: 99, rule: 'presend' },
      { kind: 'conflict', winner: 'presend' },
    ],
    ['never had a value in HubSpot', { base: null, theirs: null, mine: 'mine' }, { kind: 'same' }],
    [
      'was never synced and is empty here',
      { base: undefined, mine: null, theirs: 'new' },
      { kind: 'changed' },
    ],
    [
      'was never synced and differs',
      { base: undefined, mine: 'mine', theirs: 'new', rule: 'presend' },
      { kind: 'conflict', winner: 'presend' },
    ],
    ['was cleared here', { mine: null, theirs: 'new', mineAt: 200 }, { kind: 'conflict', winner: 'presend' }],
  ])('that %s', (_name, more, expected) => {
    expect(mergeField(sides(more))).toEqual(expected);
  });
});
