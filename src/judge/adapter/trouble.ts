/**
 * What an adapter tells whoever counts its troubles (the kill switch, metrics). `load`: model or host cannot be used
 * as configured. `crash`: the judge process or the host went away. `hang`: no answer in time. `malformed`: an answer
 * that is no reading. `queue_full`: more asked at once than it takes.
 */
export type TroubleKind = 'load' | 'crash' | 'hang' | 'malformed' | 'queue_full';

/** `message` is one sentence for the operator, without mail text. */
export type OnTrouble = (kind: TroubleKind, message: string) => void;
