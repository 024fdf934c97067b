import { generate, ident, parse, walk } from 'css-tree';
import type { Atrule, CssNode, Declaration, Selector } from 'css-tree';
import type { ParseLimits } from './limits.ts';

/** Property → value, both lower case and unescaped. Later and `!important` ones win. */
export type Declarations = Map<string, { value: string; important: boolean }>;

const ANYWHERE = 'inherit|initial|unset|revert|revert-layer';
const LENGTH = new RegExp(
  `^(?:[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[+-]?\\d+)?(?:[a-z]{1,5}|%)?|(?:calc|var|min|max|clamp)\\(.*|auto|none|[a-z-]*(?:small|large|content)(?:er)?|medium|${ANYWHERE})$`,
);

/** The values that the properties deciding visibility take. */
const VALID: Readonly<Record<string, RegExp>> = {
  display: new RegExp(
    `^(?:none|contents|block|flow-root|flow|list-item|flex|grid|ruby|run-in|inline|table|-(?:webkit|moz|ms)-|var\\(|${ANYWHERE})`,
  ),
  visibility: new RegExp(`^(?:visible|hidden|collapse|var\\(.*|${ANYWHERE})$`),
  overflow: new RegExp(
    `^(?:(?:visible|hidden|clip|scroll|auto|overlay)\\s*){1,2}$|^(?:var\\(.*|${ANYWHERE})$`,
  ),
  position: new RegExp(`^(?:static|relative|absolute|fixed|(?:-webkit-)?sticky|var\\(.*|${ANYWHERE})$`),
  opacity: new RegExp(`^(?:[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[+-]?\\d+)?%?|(?:calc|var)\\(.*|${ANYWHERE})$`),
  'font-size': LENGTH,
  height: LENGTH,
  width: LENGTH,
  'max-height': LENGTH,
  'max-width': LENGTH,
  'text-indent': LENGTH,
  left: LENGTH,
  top: LENGTH,
};

/** What a selector can ask of an element. */
export interface StyledElement {
  tag: string;
  attribs: Readonly<Record<string, string>>;
  classes: readonly string[];
  parent: StyledElement | null;
}

interface Compound {
  tag: string | null;
  id: string | null;
  classes: string[];
  attributes: { name: string; matcher: string; value: string }[];
}

interface StyleRule {
  /** Right to left; `direct[i]` says that compound `i + 1` must be the parent of compound `i`. */
  compounds: Compound[];
  direct: boolean[];
  specificity: number;
  order: number;
  declarations: Declarations;
  /** What must hold for it to apply, as written ("@media (max-width:600px)"); null = nothing. */
  condition: string | null;
  /** Its selector asks for more than is understood here: it may match less than it says. */
  loose: boolean;
}

/** Rules by the id, class or tag of their last compound, so that few are tried per element. */
export interface StyleSheet {
  byKey: Map<string, StyleRule[]>;
  /** Words that `content:` and the like would add to what is seen. */
  generated: string[];
  /** What the sheet does that nobody here can follow, in words. */
  unfollowed: Set<string>;
  /** The conditions that some screens and programs meet. */
  conditions: Set<string>;
  /** Whether any rule is loose. */
  loose: boolean;
  tooComplex: boolean;
  count: number;
}

export function emptySheet(): StyleSheet {
  return {
    byKey: new Map(),
    generated: [],
    unfollowed: new Set(),
    conditions: new Set(),
    loose: false,
    tooComplex: false,
    count: 0,
  };
}

/** Which rules apply: all without condition, and those under one of these. */
export interface Circumstances {
  conditions: ReadonlySet<string>;
  /** Loose rules as if they matched. */
  loose: boolean;
}

/** The declarations of a `style` attribute. Never throws: what cannot be read is not applied. */
export function parseInlineStyle(style: string): Declarations {
  const declarations: Declarations = new Map();
  if (style.length > 10_000) return declarations;
  try {
    const tree = parse(style, { context: 'declarationList', parseValue: false, parseCustomProperty: false });
    walk(tree, { visit: 'Declaration', enter: (node: Declaration) => addDeclaration(declarations, node) });
  } catch {
    // css-tree recovers from broken CSS by itself; what makes it throw has no effect in a mail program.
  }
  return declarations;
}

/**
 * Adds the rules of one `<style>` element. Selectors made of tags, ids, classes and attributes, with
 * descendant and child combinators, are understood; a rule with another one is kept as `loose`, and one inside
 * an `@media` or the like that not every screen meets with its condition. What no circumstances can tell is in `unfollowed`.
 */
export function addStyleSheet(sheet: StyleSheet, css: string, limits: ParseLimits): void {
  if (css.length > limits.cssChars) {
    sheet.tooComplex = true;
    return;
  }
  try {
    // Mail templates wrap their CSS in an HTML comment for programs of the 1990s.
    const tree = parse(css.replace(/<!--|-->/g, ' '), { parseValue: false, parseCustomProperty: false });
    readRules(sheet, tree, limits, null, false);
  } catch {
    sheet.unfollowed.add('a style sheet that cannot be read');
  }
}

function readRules(
  sheet: StyleSheet,
  node: CssNode,
  limits: ParseLimits,
  condition: string | null,
  nested: boolean,
): void {
  if (!('children' in node) || node.children === null) return;
  for (const child of node.children.toArray()) {
    if (child.type === 'Atrule') readAtRule(sheet, child, limits, condition, nested);
    if (child.type !== 'Rule' || child.prelude.type !== 'SelectorList') continue;
    if (++sheet.count > limits.cssRules) {
      sheet.tooComplex = true;
      return;
    }
    const declarations: Declarations = new Map();
    for (const item of child.block.children.toArray()) {
      if (item.type === 'Declaration') addDeclaration(declarations, item);
    }
    for (const text of addedText(declarations)) sheet.generated.push(text);
    for (const selector of child.prelude.children.toArray()) {
      if (selector.type === 'Selector') addRule(sheet, selector, declarations, condition, nested);
    }
    readRules(sheet, child.block, limits, condition, true);
  }
}

function readAtRule(
  sheet: StyleSheet,
  rule: Atrule,
  limits: ParseLimits,
  outer: string | null,
  nested: boolean,
): void {
  const name = rule.name.toLowerCase();
  const written = rule.prelude === null ? '' : generate(rule.prelude).toLowerCase();
  if (name === 'import' && !isFontSheet(written)) sheet.unfollowed.add('a style sheet from elsewhere');
  if (rule.block === null) return;
  if (name === 'counter-style')
    sheet.generated.push(
      ...addedText(new Map([['list-style', { value: generate(rule.block), important: false }]])),
    );
  if (name.endsWith('keyframes') && MOVES.test(generate(rule.block)))
    sheet.unfollowed.add('an animation of text');
  if (name === 'layer') readRules(sheet, rule.block, limits, outer, nested);
  if (!/^(?:media|supports|container|scope)$/.test(name)) return;
  if (name === 'media' && rule.prelude !== null && appliesToAll(sourceOf(rule.prelude))) {
    readRules(sheet, rule.block, limits, outer, nested);
    return;
  }
  if (name === 'media' && /^(?:only )?print\b[^,]*$/.test(written)) return;
  const condition = `${outer === null ? '' : `${outer} `}@${name} ${written}`;
  sheet.conditions.add(condition);
  readRules(sheet, rule.block, limits, condition, nested);
}

/** What an animation may do to text that changes what is read. */
const MOVES = /opacity|visibility|display|font-size|color|transform|clip|height|width|left|top|content/;

/** Sheets of font services hold fonts and nothing else. */
const FONT_SHEET =
  /(?:^|[/"'(])(?:https?:)?\/\/(?:fonts\.googleapis\.com|fonts\.bunny\.net|use\.typekit\.net|fast\.fonts\.net|use\.fontawesome\.com)\//i;

/** Whether an address of a style sheet, or an `@import` with one, is of a font service. */
export function isFontSheet(address: string): boolean {
  return FONT_SHEET.test(address);
}

/** Words that declarations add to what is seen, as written; what they take from elsewhere by its name. */
export function addedText(declarations: Declarations): string[] {
  const added: string[] = [];
  for (const name of ['content', 'list-style', 'list-style-type', 'quotes']) {
    const value = declarations.get(name)?.value ?? '';
    for (const [, text = ''] of value.matchAll(/["']([^"']*)["']/g)) {
      if (/\p{L}{2}|\p{N}|(?:[\p{L}\p{So}].*){3}/u.test(text)) added.push(text);
    }
    if (name === 'content' && /\b(?:attr|var|counters?|env)\(/.test(value)) added.push(value);
  }
  return added;
}

/** A media query without conditions, or with one that any ordinary screen meets. */
function appliesToAll(condition: string): boolean {
  return condition.split(',').some((query) => {
    const tests = query.match(/\([^)]*\)/g) ?? [];
    const media = query.replace(/\([^)]*\)|\band\b|\bonly\b/g, '').trim();
    if (media !== '' && media !== 'all' && media !== 'screen') return false;
    return tests.every((test) => {
      const width = /^\(\s*(min|max)-width\s*:\s*([\d.]+)px\s*\)$/.exec(test);
      if (width === null) return false;
      return width[1] === 'min' ? Number(width[2]) <= 320 : Number(width[2]) >= 1600;
    });
  });
}

function sourceOf(node: CssNode): string {
  if (node.type === 'Raw') return node.value.toLowerCase();
  let text = '';
  walk(node, (inner) => {
    if (inner.type === 'MediaQuery') {
      text += text === '' ? '' : ',';
      text += `${inner.modifier === null ? '' : `${inner.modifier} `}${inner.mediaType ?? ''}`;
      if (inner.modifier === 'not') text += '(not)';
    }
    if (inner.type === 'Feature') {
      const value = inner.value?.type === 'Dimension' ? `${inner.value.value}${inner.value.unit}` : '';
      text += `(${inner.name}:${value})`;
    }
    if (inner.type === 'FeatureRange' || inner.type === 'FeatureFunction') text += '(range)';
  });
  return text.toLowerCase();
}

function addDeclaration(declarations: Declarations, node: Declaration): void {
  const raw = node.value.type === 'Raw' ? node.value.value : '';
  const value = ident
    .decode(raw.replace(/\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//g, ' '))
    .trim()
    .toLowerCase();
  const property = ident.decode(node.property).toLowerCase();
  const important = node.important !== false;
  // An invalid value has no effect: `display:none; display:foo` hides.
  if (VALID[property]?.test(value) === false) return;
  if (declarations.get(property)?.important && !important) return;
  declarations.set(property, { value, important });
}

function addRule(
  sheet: StyleSheet,
  selector: Selector,
  declarations: Declarations,
  condition: string | null,
  nested: boolean,
): void {
  const rule: StyleRule = {
    compounds: [],
    direct: [],
    specificity: 0,
    order: sheet.count,
    declarations,
    condition,
    loose: nested,
  };
  let compound: Compound = { tag: null, id: null, classes: [], attributes: [] };
  for (const part of selector.children.toArray()) {
    if (part.type === 'TypeSelector') {
      if (part.name !== '*') compound.tag = ident.decode(part.name).toLowerCase();
      rule.specificity += part.name === '*' ? 0 : 1;
    } else if (part.type === 'ClassSelector') {
      compound.classes.push(ident.decode(part.name));
      rule.specificity += 100;
    } else if (part.type === 'IdSelector') {
      compound.id = ident.decode(part.name);
      rule.specificity += 10_000;
    } else if (part.type === 'AttributeSelector') {
      const value = part.value?.type === 'Identifier' ? part.value.name : (part.value?.value ?? '');
      const flagged = part.flags !== null;
      compound.attributes.push({
        name: part.name.name.toLowerCase(),
        matcher: flagged ? '' : (part.matcher ?? ''),
        value: ident.decode(value),
      });
      rule.loose ||= flagged;
      rule.specificity += 100;
    } else if (part.type === 'Combinator' && (part.name === ' ' || part.name === '>')) {
      rule.compounds.unshift(compound);
      rule.direct.unshift(part.name === '>');
      compound = { tag: null, id: null, classes: [], attributes: [] };
    } else if (part.type === 'PseudoElementSelector' || /^(?:before|after|first-l)/i.test(nameOf(part))) {
      if (/^first-l/i.test(part.type === 'PseudoElementSelector' ? part.name : nameOf(part))) {
        if (
          ['display', 'font-size', 'color', 'opacity', 'visibility'].some((name) => declarations.has(name))
        ) {
          sheet.unfollowed.add('a style of first letters or lines');
        }
      }
      return;
    } else if (STATES.test(nameOf(part))) return;
    else {
      // What stands left of "+" and "~" is a sibling; whatever else is asked may hold or not.
      if (part.type === 'Combinator') {
        rule.compounds = [];
        rule.direct = [];
        compound = { tag: null, id: null, classes: [], attributes: [] };
      }
      rule.loose = true;
    }
  }
  sheet.loose ||= rule.loose;
  rule.compounds.unshift(compound);
  const key = keyOf(compound);
  const rules = sheet.byKey.get(key);
  if (rules === undefined) sheet.byKey.set(key, [rule]);
  else rules.push(rule);
}

/** Pseudo-classes of what a reader does; nothing is so when a mail is opened. */
const STATES = /^(?:hover|active|focus|focus-within|focus-visible|visited|target|checked|invalid|disabled)$/i;

function nameOf(node: CssNode): string {
  return node.type === 'PseudoClassSelector' ? node.name : '';
}

function keyOf(compound: Compound): string {
  if (compound.id !== null) return `#${compound.id}`;
  if (compound.classes[0] !== undefined) return `.${compound.classes[0]}`;
  return compound.tag ?? '*';
}

/**
 * The declarations of all rules that match, least specific first. `spend` is told the work done and
 * says whether to go on.
 */
export function matchRules(
  sheet: StyleSheet,
  element: StyledElement,
  spend: (steps: number) => boolean,
  { conditions, loose }: Circumstances,
): Declarations[] {
  if (sheet.byKey.size === 0) return [];
  const keys = ['*', element.tag, `#${element.attribs['id'] ?? ''}`, ...element.classes.map((c) => `.${c}`)];
  const matched: StyleRule[] = [];
  for (const key of new Set(keys)) {
    for (const rule of sheet.byKey.get(key) ?? []) {
      if (!spend(1)) return [];
      if ((rule.loose && !loose) || (rule.condition !== null && !conditions.has(rule.condition))) continue;
      if (ruleMatches(rule, element, spend)) matched.push(rule);
    }
  }
  matched.sort((a, b) => a.specificity - b.specificity || a.order - b.order);
  return matched.map((rule) => rule.declarations);
}

/** Matches right to left; a descendant combinator takes the nearest ancestor that fits. */
function ruleMatches(rule: StyleRule, element: StyledElement, spend: (steps: number) => boolean): boolean {
  let at: StyledElement | null = element;
  for (const [index, compound] of rule.compounds.entries()) {
    if (index > 0) at = at?.parent ?? null;
    const mayClimb = index > 0 && rule.direct[index - 1] !== true;
    if (mayClimb) at = nearestMatch(compound, at, spend);
    if (at === null || !compoundMatches(compound, at)) return false;
  }
  return true;
}

function nearestMatch(
  compound: Compound,
  from: StyledElement | null,
  spend: (steps: number) => boolean,
): StyledElement | null {
  for (let at = from; at !== null && spend(1); at = at.parent) {
    if (compoundMatches(compound, at)) return at;
  }
  return null;
}

function compoundMatches(compound: Compound, element: StyledElement): boolean {
  if (compound.tag !== null && compound.tag !== element.tag) return false;
  if (compound.id !== null && compound.id !== element.attribs['id']) return false;
  if (!compound.classes.every((name) => element.classes.includes(name))) return false;
  return compound.attributes.every(({ name, matcher, value }) => {
    const actual = element.attribs[name];
    return actual !== undefined && attributeMatches(actual, matcher, value);
  });
}

/** Selectors 4, 6.1 and 6.2. */
function attributeMatches(actual: string, matcher: string, value: string): boolean {
  switch (matcher) {
    case '=':
      return actual === value;
    case '~=':
      return value !== '' && actual.split(/\s+/).includes(value);
    case '|=':
      return actual === value || actual.startsWith(`${value}-`);
    case '^=':
      return value !== '' && actual.startsWith(value);
    case '$=':
      return value !== '' && actual.endsWith(value);
    case '*=':
      return value !== '' && actual.includes(value);
    default:
      return true;
  }
}
