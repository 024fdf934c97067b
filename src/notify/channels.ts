import type { NotifyConfig } from './config.ts';
import type { NotifyPreferences, Person } from './person.ts';
import type { Topic } from './topics.ts';

/** A way to tell somebody something: an address, or the Slack channel that all share. */
export interface Channel {
  /** `slack` or `email:<address>`. */
  key: string;
  /** null = Slack. */
  address: string | null;
  topics: readonly Topic[];
  timeZone: string;
  quietHours: { from: string; to: string } | null;
  digest: { at: string; empty: boolean } | null;
  /** May its reader act by a signed link? Slack is read by many, a link is one person's. */
  mayAct: boolean;
  /** Slack: whom to mention for what. */
  mentions: { memberId: string; topics: readonly Topic[] }[];
}

export const SLACK = 'slack';

export function emailChannelKey(address: string): string {
  return `email:${address.toLowerCase()}`;
}

/** What somebody hears who has chosen nothing: all that the configuration says if it lists the address, else nothing. */
export function defaultPreferences(config: NotifyConfig, address: string): NotifyPreferences {
  const listed = config.email.some((one) => one.toLowerCase() === address.toLowerCase());
  return {
    email: listed ? [...config.about] : [],
    slack: [],
    slack_member_id: null,
    time_zone: config.time_zone,
    quiet_hours: config.quiet_hours,
    digest: listed ? config.digest : null,
  };
}

/**
 * Who is told by which way: the addresses of the configuration, and people with an account as they chose. A disabled account
 * hears nothing, whoever lists it.
 *
 * @param people everybody with an account that is known
 * @param chosen preferences by the id of their person
 */
export function channelsOf(
  config: NotifyConfig,
  people: readonly Person[],
  chosen: ReadonlyMap<string, NotifyPreferences>,
): Channel[] {
  const byAddress = new Map(people.map((person) => [person.address.toLowerCase(), person]));
  const channels: Channel[] = [];
  for (const address of new Set(config.email.map((one) => one.toLowerCase()))) {
    if (!byAddress.has(address)) {
      channels.push(emailChannel(address, defaultPreferences(config, address), true));
    }
  }
  const mentions: Channel['mentions'] = [];
  for (const person of people) {
    if (person.disabled) continue;
    const wants = chosen.get(person.id) ?? defaultPreferences(config, person.address);
    if (wants.email.length > 0 || wants.digest !== null) {
      channels.push(emailChannel(person.address, wants, person.role !== 'auditor'));
    }
    if (wants.slack_member_id !== null && wants.slack.length > 0) {
      mentions.push({ memberId: wants.slack_member_id, topics: wants.slack });
    }
  }
  if (config.slack !== null) {
    channels.push({
      key: SLACK,
      address: null,
      topics: config.about,
      timeZone: config.time_zone,
      quietHours: config.quiet_hours,
      digest: config.digest,
      mayAct: false,
      mentions,
    });
  }
  return channels;
}

function emailChannel(address: string, wants: NotifyPreferences, mayAct: boolean): Channel {
  return {
    key: emailChannelKey(address),
    address,
    topics: wants.email,
    timeZone: wants.time_zone,
    quietHours: wants.quiet_hours,
    digest: wants.digest,
    mayAct,
    mentions: [],
  };
}
