import { sigmaOf } from './distributions.ts';

/** Of a card that reads mails for the adapter, one after the other (docs/MODELS.md, "How many hosts"). */
export interface Card {
  name: string;
  medianMs: number;
  sigma: number;
  measured: boolean;
}

/** models/README.md, "On a GPU": p50 47.3, p95 49.0 ms a verdict of 750 tokens, rubric kept. */
export const H200: Card = { name: 'H200', medianMs: 47.3, sigma: sigmaOf(47.3, 49), measured: true };

/** Not measured: 200 to 400 ms by bandwidth and the card's author (models/README.md); the middle. */
export const T4: Card = { name: 'T4', medianMs: 300, sigma: sigmaOf(47.3, 49), measured: false };

/** Calls a host works on or keeps waiting, of all gates together: `--parallel` of llama-server. */
export const HOST_SLOTS = 8;

/** Processor time of a gate for one mail, milliseconds. */
export interface GateCost {
  accept: number;
  /** The rules, once. Mail that goes to the adapter is judged by them again when it comes from its line. */
  judge: number;
  deliver: number;
}

/** What the database costs, milliseconds. */
export interface DatabaseCost {
  /** A change, but for its audit entries: what the server computes for its statements, beside those of other gates. */
  change: number;
  /** Journeys to the server and back for one change, and how long each takes. */
  journeys: number;
  journeyMs: number;
  /** The end of the audit log is held for this long by a commit, and so much longer for each entry of it. */
  end: number;
  entry: number;
}

export interface Costs {
  gate: GateCost;
  database: DatabaseCost;
  /** An upstream's answer: log-normal. */
  upstream: { medianMs: number; sigma: number };
}
