const CR = 0x0d;
const LF = 0x0a;

/** Where a CR or LF stands alone. `offset` is in bytes. */
export interface BareLineBreak {
  offset: number;
  kind: 'CR' | 'LF';
}

/**
 * The first CR without LF or LF without CR, or null. Intake refuses such bytes at DATA (RFC 5321
 * 2.3.8, 4.1.1.4): hosts behind us may take a bare line break for the end of a line, or of the whole
 * mail, and would then see another message than the one judged (SMTP smuggling).
 */
export function findBareLineBreak(raw: Buffer): BareLineBreak | null {
  const lf = nextBareLf(raw);
  const cr = nextBareCr(raw);
  if (lf < 0 && cr < 0) return null;
  if (cr < 0 || (lf >= 0 && lf < cr)) return { offset: lf, kind: 'LF' };
  return { offset: cr, kind: 'CR' };
}

function nextBareLf(raw: Buffer): number {
  for (let at = raw.indexOf(LF); at >= 0; at = raw.indexOf(LF, at + 1)) {
    if (raw[at - 1] !== CR) return at;
  }
  return -1;
}

function nextBareCr(raw: Buffer): number {
  for (let at = raw.indexOf(CR); at >= 0; at = raw.indexOf(CR, at + 1)) {
    if (raw[at + 1] !== LF) return at;
  }
  return -1;
}
