import type { FieldEvidence, ProspectSnapshot } from '../../crm/prospect.ts';
import { fieldName, isBlankValue, keyText, type SignalLeaf, signalLeaves } from './signals.ts';
import { rememberRecords } from './remember.ts';

/** A regulated vertical as configured (`rubric.regulated`). */
export interface Vertical {
  name: string;
  industries: string[];
  caveats: string[];
}

/** Why a prospect counts as regulated, and by which configured verticals. */
export interface Regime {
  verticals: Vertical[];
  evidence: FieldEvidence;
}

const REGULATION_KEY =
  / (?:regulat\w*|complian\w*|hipaa|sox|gdpr|pci|dss|clearances?|fca|pra|finra|itar|licen[cs]ed|dbs|gxp|fedramp|cmmc|supervis\w+|sensitiv\w+) /;
const INDUSTRY_KEY = / (?:industry|sector|vertical|segment) /;
/** Regimes and regulators by their usual short names; case matters ("SEC", "ONR"). */
const REGIME_NAME =
  /\b(?:HIPAA|HITECH|SOX|Sarbanes|FCA|PRA|FINRA|BaFin|FINMA|GxP|GMP|FDA|21 CFR|ITAR|EAR99|FedRAMP|CMMC|DFARS|(?:SC|DV|CTC|TS\/SCI|NPPV\d?)[- ](?:clear\w+|vetting)|DBS|Ofsted|ONR|NERC|NRC|EASA|FAA|CAA|SRA|PCI[- ]?DSS|MiFID|Solvency II|DORA|NIS2|CQC|NHS|MHRA|EMA|GLBA|FERPA|COPPA|Ofgem|Ofcom)\b/;
const UNREGULATED =
  /^\s*(?:none|no\b|not (?:a )?(?:\w+[- ])?regulated|un-?regulated|not applicable|n\/a|no regulat|no formal|exempt|outside)/i;
/** Voluntary attestations bind nobody's start date. */
const VOLUNTARY =
  /^(?:[\s,;/&+]|and|soc ?-?[123](?: type (?:i{1,2}|[12]))?|iso ?-?\d{4,5}|certified|compliant)*$/i;

/** Keys of voluntary attestations: "compliance: { soc2: in progress }" says nothing of a regulator. */
const VOLUNTARY_KEY = / (?:soc ?\d?|soc\d|iso ?\d*|cyber essentials|hitrust|trust page) /;
/** Makes something for a trade without being of it: "legal software". Payments and lending are the trade itself. */
const SERVES_TRADE =
  /(?<!\b(?:as a|is) )\b(?:software|saas|(?:legal|law|health|medical|insurance|banking|bank|school|education|government|energy|pharma|hospital|clinical|aviation|compliance|identity|gov|public sector)[ -]tech|tools?|tooling|apps?|recruit\w*|staffing|marketing|furniture|design|architects?|media|publishing|printing|events?|cleaning|catering|uniforms?|analytics|devtools|developer|training|consult\w+|agency|supplies|equipment hire)\b/i;

/** Regulation of the prospect: its own field first, then signals, then its industry. Null = not regulated. */
export const regimeOf = rememberRecords(readRegime);

function readRegime(prospect: ProspectSnapshot, verticals: readonly Vertical[]): Regime | null {
  const leaves = signalLeaves(prospect.available_signals);
  const stated = prospect.regulated?.trim() ?? '';
  if (stated !== '') {
    if (UNREGULATED.test(stated) || isBlankValue(stated)) return null;
    return {
      verticals: matching(verticals, stated),
      evidence: { field: 'regulated', value: prospect.regulated },
    };
  }
  const industries = industriesOf(prospect, leaves);
  const known = industries.flatMap((one) => matching(verticals, one.text));
  const shown = leaves.find(showsRegulation);
  if (shown !== undefined) {
    const named = matching(verticals, `${keyText(shown.path)} ${String(shown.value)}`);
    return {
      verticals: [...new Set([...named, ...known])],
      evidence: { field: fieldName(shown.path), value: shown.value },
    };
  }
  if (leaves.some(deniesRegulation)) return null;
  const industry = industries.find(
    (one) => matching(verticals, one.text).length > 0 && !SERVES_TRADE.test(one.text.replaceAll('_', ' ')),
  );
  return industry === undefined ? null : { verticals: known, evidence: industry.evidence };
}

function industriesOf(
  prospect: ProspectSnapshot,
  leaves: SignalLeaf[],
): { text: string; evidence: FieldEvidence }[] {
  const found = leaves
    .filter((leaf) => INDUSTRY_KEY.test(keyText(leaf.key)) && typeof leaf.value === 'string')
    .map((leaf) => ({
      text: String(leaf.value),
      evidence: { field: fieldName(leaf.path), value: leaf.value },
    }));
  if (prospect.industry !== null) {
    found.unshift({ text: prospect.industry, evidence: { field: 'industry', value: prospect.industry } });
  }
  return found;
}

function showsRegulation(leaf: SignalLeaf): boolean {
  const key = keyText(leaf.path);
  const { value } = leaf;
  if (isBlankValue(value)) return false;
  if (REGULATION_KEY.test(key)) {
    if (typeof value !== 'string')
      return !VOLUNTARY_KEY.test(keyText(leaf.key)) && value === true && !/ (?:un|non|not|exempt) /.test(key);
    if (VOLUNTARY_KEY.test(keyText(leaf.key))) return false;
    if (/^(?:low|medium|normal|standard|public)$/i.test(value.trim()) || VOLUNTARY.test(value)) return false;
    return !UNREGULATED.test(value) || /\b(?:but|however|although|though)\b/i.test(value);
  }
  // Who they hire and what they build with says nothing about who watches them.
  if (/ (?:hiring|hires?|jobs?|roles?|stack|tools?|peers?|skills?|bench|competitors?) /.test(key))
    return false;
  return typeof value === 'string' && REGIME_NAME.test(value) && !/\bnot\b|\bun-?regulated\b/i.test(value);
}

function deniesRegulation(leaf: SignalLeaf): boolean {
  if (!/ regulat\w* | complian\w* /.test(keyText(leaf.path))) return false;
  return isBlankValue(leaf.value) || (typeof leaf.value === 'string' && UNREGULATED.test(leaf.value));
}

/** Verticals whose name or one of whose industries stands in `text` as whole words. */
function matching(verticals: readonly Vertical[], text: string): Vertical[] {
  const words = keyText(text);
  return verticals.filter((one) =>
    [one.name, ...one.industries].some((industry) => words.includes(keyText(industry))),
  );
}
