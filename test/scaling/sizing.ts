import { CAMPAIGN, rateAt } from './arrivals.ts';
import { type Card, H200, T4 } from './figures.ts';
import { MAILS_OF_ONE_DATABASE, PER_MAIL } from './measured.ts';

/** Twice what the busiest ten minutes of a day take. */
const HEADROOM = 2;

/** Mail that the rules let go and the adapter is asked about, and how long it may wait for its turn. */
const TO_ADAPTER = 0.7;
const WAIT_MS = 15 * 60_000;

/** As retention has them by default. */
const BODIES_DAYS = 90;
const METADATA_DAYS = 730;

/** Free space that updates and deletes leave in tables and indexes, until vacuum gives it to new rows. */
const BLOAT = 1.3;

const MILLION = 1_000_000;
export const SIZES = [MILLION, 10 * MILLION, 100 * MILLION];

const TEXT_BYTES = PER_MAIL.bytes.draft_texts + PER_MAIL.bytes.bodies;
const ALL_BYTES = Object.values(PER_MAIL.bytes).reduce((sum, bytes) => sum + bytes, 0);

/** @returns cards that read a burst within its own time and the wait, with headroom, and one to spare */
function cards(perDay: number, { medianMs }: Card): number {
  const mails = TO_ADAPTER * CAMPAIGN.share * perDay;
  return Math.ceil((HEADROOM * mails * medianMs) / (CAMPAIGN.ms + WAIT_MS)) + 1;
}

interface Line {
  what: string;
  formula: string;
  of: (perDay: number) => string;
}

const whole = (value: number): string => Math.ceil(value).toLocaleString('en');
const peak = (perDay: number): number => rateAt(CAMPAIGN.at, { perDay, bursts: [CAMPAIGN] });
const usual = (perDay: number): number =>
  rateAt(CAMPAIGN.at, { perDay, bursts: [{ ...CAMPAIGN, at: -1, ms: 1 }] });
const cells = (perDay: number): number => Math.ceil((HEADROOM * peak(perDay)) / MAILS_OF_ONE_DATABASE);

/** Bytes with the unit that fits. */
function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  const shown = value / 1_000 ** at;
  return `${shown.toFixed(shown < 10 ? 1 : 0)} ${units[at]}`;
}

const LINES: readonly Line[] = [
  {
    what: 'mails a second, mean',
    formula: 'day ÷ 86,400',
    of: (day) => (day / 86_400).toLocaleString('en', { maximumFractionDigits: 1 }),
  },
  {
    what: 'in the hour of the campaign, without it',
    formula: 'daily curve, 80 % of the day',
    of: (day) => whole(usual(day)),
  },
  {
    what: '**peak**: 20 % of a day in ten minutes',
    formula: '0.2 × day ÷ 600 + the curve',
    of: (day) => whole(peak(day)),
  },
  {
    what: 'gates (one core each), twice the peak',
    formula: `2 × peak × ${PER_MAIL.gateCpuMs} ms`,
    of: (day) => whole((HEADROOM * peak(day) * PER_MAIL.gateCpuMs) / 1_000),
  },
  {
    what: 'databases (cells), twice the peak',
    formula: `2 × peak ÷ ${Math.round(MAILS_OF_ONE_DATABASE)}/s: the audit log's end, an entry a commit`,
    of: (day) => whole(cells(day)),
  },
  {
    what: 'PostgreSQL cores, all cells together',
    formula: `2 × peak × ${PER_MAIL.postgresCpuMs} ms`,
    of: (day) => whole((HEADROOM * peak(day) * PER_MAIL.postgresCpuMs) / 1_000),
  },
  {
    what: 'memory of each cell',
    formula: `a day of mail in cache: ${bytes(ALL_BYTES)} × day ÷ cells, and 8 GB`,
    of: (day) => bytes((ALL_BYTES * day) / cells(day) + 8e9),
  },
  {
    what: 'syncs of the log a second at the peak, each cell',
    formula: `${PER_MAIL.logSyncs} × peak ÷ cells; larger groups need fewer`,
    of: (day) => whole((PER_MAIL.logSyncs * peak(day)) / cells(day)),
  },
  {
    what: 'write-ahead log a day',
    formula: `${bytes(PER_MAIL.logBytes)} × day, without full pages after checkpoints`,
    of: (day) => bytes(PER_MAIL.logBytes * day),
  },
  {
    what: 'write-ahead log at the peak (replica, archive)',
    formula: `${bytes(PER_MAIL.logBytes)} × peak`,
    of: (day) => `${bytes(PER_MAIL.logBytes * peak(day))}/s`,
  },
  {
    what: `disk, texts (${BODIES_DAYS} days)`,
    formula: `${bytes(TEXT_BYTES)} × day × ${BODIES_DAYS} × ${BLOAT}`,
    of: (day) => bytes(TEXT_BYTES * day * BODIES_DAYS * BLOAT),
  },
  {
    what: `disk, the rest (${METADATA_DAYS} days)`,
    formula: `${bytes(ALL_BYTES - TEXT_BYTES)} × day × ${METADATA_DAYS} × ${BLOAT}`,
    of: (day) => bytes((ALL_BYTES - TEXT_BYTES) * day * METADATA_DAYS * BLOAT),
  },
  {
    what: 'partitions by month, each cell: texts, the rest',
    formula: `days ÷ 30.4, rounded up, and this month's and the next`,
    of: () => `${Math.ceil(BODIES_DAYS / 30.4) + 2}, ${Math.ceil(METADATA_DAYS / 30.4) + 2}`,
  },
  {
    what: 'rows of `messages` in a month, each cell',
    formula: '30.4 × day ÷ cells',
    of: (day) => `${whole((30.4 * day) / cells(day) / MILLION)} M`,
  },
  {
    what: 'H200 for the adapter, with one to spare',
    formula: `2 × 0.7 × 0.2 × day × ${H200.medianMs} ms ÷ 25 min, + 1`,
    of: (day) => whole(cards(day, H200)),
  },
  {
    what: 'T4 for the adapter (its pace is not measured)',
    formula: `2 × 0.7 × 0.2 × day × ${T4.medianMs} ms ÷ 25 min, + 1`,
    of: (day) => whole(cards(day, T4)),
  },
  {
    what: 'network at the peak: mail in and out',
    formula: '2 × 2.5 KB × peak',
    of: (day) => `${bytes(2 * 2_500 * peak(day))}/s`,
  },
  {
    what: 'network at the peak: gates and databases',
    formula: `${PER_MAIL.transactions} transactions × some 2 KB × peak`,
    of: (day) => `${bytes(PER_MAIL.transactions * 2_000 * peak(day))}/s`,
  },
];

/** As it stands in docs/SCALING.md. */
export function sizingTable(): string {
  const head = ['', ...SIZES.map((day) => `${day / MILLION} M a day`), 'how'];
  const rows = LINES.map(({ what, formula, of }) => [what, ...SIZES.map(of), formula]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
