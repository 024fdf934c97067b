import { united } from '../records.ts';
import type { Row } from '../revision-store.ts';
import { movedReason, UNCLEAR } from '../suppression-store.ts';
import type { PageBuilder } from './page-plan.ts';
import type { Said } from './said.ts';

/** Where opt-outs that a sync adds come from. */
const SOURCE = 'hubspot';

/** Opt-outs of addresses as they are and as the page makes them; a sync only ever adds. */
export class OptOuts {
  readonly #builder: PageBuilder;
  readonly #held = new Map<string, Map<string, { reason: string | null; source: string }>>();

  /** Values under which opt-outs of a key's mailbox stand, others than the key. */
  readonly #spelled: ReadonlyMap<string, readonly string[]>;

  /** @param held by address key the opt-outs of its mailbox (`suppressionsOfMailboxes`) */
  constructor(builder: PageBuilder, held: ReadonlyMap<string, readonly Row<'suppressions'>[]>) {
    this.#builder = builder;
    this.#spelled = new Map(
      [...held].map(([key, rows]) => [key, united(rows.map(({ value }) => value)).filter((v) => v !== key)]),
    );
    for (const { value, channel, reason, source } of [...held.values()].flat()) {
      this.#of(value).set(channel, { reason, source });
    }
  }

  /** Adds one that is not there, and tells it. */
  add(
    said: Said,
    key: string,
    channel: string,
    { reason, recordId }: { reason: string; recordId: string | null },
  ): void {
    const held = this.#of(key);
    if (held.has(channel)) return;
    held.set(channel, { reason, source: SOURCE });
    this.#builder.plan.optOuts.push({ key, channel, reason, source: SOURCE });
    this.#builder.tell(said, 'stop', {
      recordId,
      field: 'opt_out',
      theirs: channel,
      winner: 'hubspot',
      note:
        channel === UNCLEAR
          ? `${key} may have opted out (${reason}): mail to it is held`
          : `${key} has opted out of ${channel} (${reason})`,
    });
  }

  /** Everything that holds for one address holds for another of the same person, possible opt-outs too. */
  carry(said: Said, from: string, to: string, recordId: string | null): void {
    if (from === to) return;
    for (const [channel, { reason }] of this.#of(from)) {
      this.add(said, to, channel, { reason: `of ${from}: ${reason ?? 'no reason given'}`, recordId });
    }
    for (const value of this.#spelled.get(from) ?? []) {
      for (const channel of this.#of(value).keys())
        this.add(said, to, channel, { reason: movedReason(from, value), recordId });
    }
  }

  /** The opt-outs of an address under every spelling of it, possible ones too. */
  ofMailbox(key: string): { value: string; channel: string }[] {
    return [key, ...(this.#spelled.get(key) ?? [])].flatMap((value) =>
      [...this.#of(value).keys()].map((channel) => ({ value, channel })),
    );
  }

  /** The channels of an address that its person really opted out of, with where that came from. */
  of(key: string): { channel: string; source: string }[] {
    return [...this.#of(key)]
      .filter(([channel]) => channel !== UNCLEAR)
      .map(([channel, { source }]) => ({ channel, source }));
  }

  #of(key: string): Map<string, { reason: string | null; source: string }> {
    let held = this.#held.get(key);
    if (!held) this.#held.set(key, (held = new Map()));
    return held;
  }
}

/** Whether an opt-out came to presend by the sync itself. */
export const fromHubSpot = (source: string): boolean => source === SOURCE;
