/**
 * A mail's styles without what they would load. They are read by the browser itself, so that escapes and oddities mean here what
 * they mean there, and most of what it writes out again has every address in `url("…")`. What it keeps as it was written – custom
 * properties, values with `var()` – may have escapes, comments, and strings that stand for addresses.
 */

/** Rules that say how something looks; others (`@import`, `@font-face`, `@property`, `@function` …) load, or hide what loads. */
const RULES = new Set([
  'CSSStyleRule',
  'CSSMediaRule',
  'CSSSupportsRule',
  'CSSContainerRule',
  'CSSLayerBlockRule',
  'CSSLayerStatementRule',
  'CSSScopeRule',
  'CSSStartingStyleRule',
  'CSSNestedDeclarations',
  'CSSKeyframesRule',
  'CSSKeyframeRule',
]);

/** Functions that take an address as a mere string, perhaps by way of another function. */
const BY_STRING = /(?:image-set|cross-fade|image|src|paint|element)\s*\(/iu;
/** Puts in what stands elsewhere. */
const SUBSTITUTES = /(?:var|env|attr|if|inherit|random-item|--[\w-]*)\s*\(/iu;
const ESCAPE = /\\/u;
const URL_FUNCTION = /url\s*\(/iu;

interface Rule extends CSSRule {
  readonly style?: CSSStyleDeclaration;
  readonly cssRules?: CSSRuleList;
  deleteRule?(index: number): void;
}

/** @param css text of a `<style>` */
export function cleanSheet(frame: Window & typeof globalThis, css: string, remote: boolean): string {
  const sheet = new frame.CSSStyleSheet();
  sheet.replaceSync(css);
  return [...sheet.cssRules]
    .filter((rule) => cleanRule(rule, remote))
    .map((rule) => withoutUrls(rule.cssText, remote))
    .join('\n');
}

/** @returns text of the declarations; `style` itself is changed on the way */
export function cleanDeclarations(style: CSSStyleDeclaration, remote: boolean): string {
  removeDoubtful(style, remote);
  return withoutUrls(style.cssText, remote);
}

/** Changes a rule and those within it. @returns false = it is not one to be kept */
function cleanRule(rule: Rule, remote: boolean): boolean {
  if (!RULES.has(rule.constructor.name)) return false;
  if (rule.style) removeDoubtful(rule.style, remote);
  const inner = rule.cssRules ?? [];
  for (let index = inner.length - 1; index >= 0; index--) {
    if (!cleanRule(inner[index] as Rule, remote)) rule.deleteRule?.(index);
  }
  return true;
}

/** Takes out declarations of which it is not certain that their text shows all they would load. */
function removeDoubtful(style: CSSStyleDeclaration, remote: boolean): void {
  const values = [...style].map((name) => ({ name, value: style.getPropertyValue(name) }));
  const whole = style.cssText;
  const bare = withoutStrings(whole);
  const odd = ESCAPE.test(bare) || whole.includes('/*') || BY_STRING.test(bare) || URL_FUNCTION.test(bare);
  for (const { name, value } of values) {
    const written = withoutStrings(value);
    // Of a shorthand with `var()` the parts are told as empty.
    const raw = name.startsWith('--') || value === '' || SUBSTITUTES.test(written) || ESCAPE.test(written);
    if ((raw && odd) || (!remote && BY_STRING.test(written))) style.removeProperty(name);
  }
}

const withoutStrings = (css: string): string =>
  css.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gsu, '""');

function withoutUrls(css: string, remote: boolean): string {
  return css.replaceAll(
    /(?:url|src)\(\s*(?:"((?:[^"\\]|\\.)*)"|([^)]*))\s*\)/gisu,
    (whole, quoted?: string, bare?: string) => {
      const target = quoted ?? bare ?? '';
      return /^data:image\//iu.test(target) || (remote && /^https?:/iu.test(target)) ? whole : 'none';
    },
  );
}
