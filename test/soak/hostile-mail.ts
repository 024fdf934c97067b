import * as fc from 'fast-check';
import type { Random } from '../../src/evaluate/random.ts';
import { BOMBS } from '../fuzz/bombs.ts';
import { mailText } from '../fuzz/mail-grammar.ts';

/** A mail as somebody hostile, or something broken, would hand it in. */
export interface HostileMail {
  /** In its Message-ID. */
  token: string;
  from: string;
  to: string;
  raw: Buffer;
}

/** Smaller than in `test/fuzz`: here they come again and again, between others. */
const BOMB_BYTES = 500_000;
/** Of hostile mails, how many are bombs. */
const BOMBS_SHARE = 0.1;
/** Drawn from the grammar at a time. */
const BATCH = 200;

/** What every mail of the grammar and every bomb begins with. */
const BEGINS = 'From: Ann <ann@sender.example>\r\n';

/** Makes one hostile mail after another: broken MIME from the fuzz tests' grammar, and bombs. */
export class HostileMails {
  readonly #random: Random;
  readonly #from: string;
  #batch: Buffer[] = [];
  #made = 0;

  /** @param from an address the engine may send as: what is refused for its sender says nothing */
  constructor(random: Random, from: string) {
    this.#random = random;
    this.#from = from;
  }

  next(to: string): HostileMail {
    this.#made += 1;
    const token = `hostile-${this.#made}`;
    const raw = this.#random() < BOMBS_SHARE ? this.#bomb() : this.#broken();
    const own = Buffer.from(`From: Ann <${this.#from}>\r\nMessage-ID: <${token}@load.example>\r\n`);
    return {
      token,
      from: this.#from,
      to,
      raw: Buffer.concat([own, raw.subarray(BEGINS.length)]),
    };
  }

  #bomb(): Buffer {
    return BOMBS[Math.floor(this.#random() * BOMBS.length)].make(BOMB_BYTES);
  }

  #broken(): Buffer {
    if (this.#batch.length === 0) {
      this.#batch = fc.sample(mailText, { seed: Math.floor(this.#random() * 2 ** 31), numRuns: BATCH });
    }
    return this.#batch.pop()!;
  }
}
