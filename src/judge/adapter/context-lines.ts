import type { Commitment, ForeignText, Peer, ThreadMessage } from '../../crm/prospect.ts';
import type { AdapterInput } from './adapter.ts';
import type { TrimLevel } from './prompt.ts';
import { boundedSignals } from './signals.ts';

/** How many of each are shown, and how much of each text (UTF-16 units), by trim level. */
const ROOM = [
  { thread: 8, foreign: 6, peers: 12, commitments: 12, text: 400 },
  { thread: 4, foreign: 4, peers: 6, commitments: 8, text: 300 },
  { thread: 2, foreign: 2, peers: 3, commitments: 6, text: 160 },
  { thread: 0, foreign: 0, peers: 0, commitments: 4, text: 160 },
] as const;

const MAX_DEPTH = 6;

/**
 * The record, one "name: value" a line: short in tokens, with what the published schema has no field for. The
 * bundled model was trained on exactly this (models/train/render.py writes the same; a test compares them).
 */
export function contextLines(
  { prospect, channel, today }: AdapterInput,
  level: TrimLevel,
): { text: string; trimmed: string[] } {
  const room = ROOM[level];
  const { signals, trimmed } = boundedSignals(prospect.available_signals, level);
  const shortened = (name: string, all: readonly unknown[], max: number): void => {
    if (all.length > max) trimmed.push(name);
  };
  shortened('thread', prospect.thread, room.thread);
  shortened('other threads', prospect.foreign, room.foreign);
  shortened('peers', prospect.peers, room.peers);
  shortened('commitments', prospect.commitments, room.commitments);
  const lines: (string | null)[] = [
    `today: ${today}`,
    `channel: ${channel}`,
    field('name', prospect.name),
    known('company', prospect.company),
    `headcount: ${prospect.headcount ?? 'unknown'}`,
    known('role', prospect.recipient_role),
    field('title', prospect.title),
    known('stage', prospect.funding_stage),
    field('amount', prospect.funding_amount_usd || null),
    known('confidence', prospect.funding_confidence),
    `disqualifiers: ${list(prospect.disqualifiers)}`,
    `opted out: ${list(prospect.opt_out_channels)}`,
    field('industry', prospect.industry),
    field('city', prospect.city),
    field('country', prospect.country),
    field('regulated', prospect.regulated),
    field('thread', prospect.thread_id),
    ...prospect.commitments.slice(0, room.commitments).map(commitment),
    ...(room.thread === 0 ? [] : prospect.thread.slice(-room.thread)).map((said) => message(said, room.text)),
    ...prospect.foreign.slice(0, room.foreign).map((text) => other(text, room.text)),
    ...prospect.peers.slice(0, room.peers).map(peer),
    ...Object.entries(signals).flatMap(([key, value]) => signal(key, value, 0)),
  ];
  return { text: lines.filter((line) => line !== null).join('\n'), trimmed };
}

const field = (name: string, value: string | number | null): string | null =>
  value === null || value === '' ? null : `${name}: ${flat(String(value))}`;

const known = (name: string, value: string | null): string => `${name}: ${flat(value ?? 'unknown')}`;

const list = (values: readonly string[]): string =>
  values.length === 0 ? 'none' : values.map(flat).join(', ');

const commitment = ({ subject, type, starts, ends, note }: Commitment): string =>
  `commitment: ${flat(subject)} | ${flat(type)} | ${starts ?? ''} to ${ends ?? ''}${note ? ` | ${flat(note)}` : ''}`;

const message = ({ direction, text }: ThreadMessage, max: number): string =>
  `${direction === 'in' ? 'they' : 'we'} wrote: ${flat(text).slice(0, max)}`;

const other = ({ source, text }: ForeignText, max: number): string =>
  `other thread (${flat(source)}): ${flat(text).slice(0, max)}`;

const peer = ({ name, city, industry, timesUsed }: Peer): string =>
  `peer: ${[name, city ?? '', industry ?? ''].map(flat).join(' | ')}${timesUsed > 0 ? ` | used ${timesUsed}` : ''}`;

/** Nested objects by path; a list of plain values on one line. */
function signal(path: string, value: unknown, depth: number): string[] {
  if (value === null || value === undefined || value === '') return [];
  if (typeof value !== 'object') return [`signal ${flat(path)}: ${flat(plain(value))}`];
  if (depth >= MAX_DEPTH) return [`signal ${flat(path)}: ${flat(JSON.stringify(value))}`];
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) {
    return value.length === 0 ? [] : [`signal ${flat(path)}: ${value.map(plain).map(flat).join(', ')}`];
  }
  return Object.entries(value).flatMap(([key, item]) => signal(`${path}.${key}`, item, depth + 1));
}

/** A line stays a line, so that no value can pretend to be a field of its own. */
const flat = (text: string): string => text.replace(/\s+/g, ' ').trim();

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
