/** The report's one style sheet: light and dark, narrow and wide, screen and paper. */
export const STYLE = `
:root {
  color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif;
  --ground: #fff; --panel: #f6f7f9; --ink: #17191c; --soft: #565d66; --line: #d4d8de; --link: #1d4ed8;
  --right: #15803d; --wrong: #dc2626; --mark: #fde68a; --here: var(--ground);
  --c0: #2563eb; --c1: #c2410c; --c2: #047857; --c3: #7c3aed; --c4: #be185d; --c5: #4d7c0f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14161a; --panel: #1d2026; --ink: #e8eaed; --soft: #a8b0ba; --line: #3a4049; --link: #93c5fd;
    --right: #22c55e; --wrong: #f87171; --mark: #854d0e;
    --c0: #60a5fa; --c1: #fb923c; --c2: #34d399; --c3: #a78bfa; --c4: #f472b6; --c5: #a3e635;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere; }
header, main, footer { max-width: 76rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2rem; } footer { padding-bottom: 3rem; color: var(--soft); }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; margin: 3rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
p { max-width: 48rem; margin: .5rem 0; }
a { color: var(--link); }
nav ul { display: flex; flex-wrap: wrap; gap: .1rem 1.25rem; list-style: none; margin: 1rem 0 0; padding: 0; }
nav a { display: inline-block; padding: .2rem 0; }
.note { border-left: 4px solid var(--wrong); padding: .25rem 1rem; font-weight: 600; }
.soft, .facts { color: var(--soft); }
.grid-of-two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 1.5rem; align-items: start; }
.grid-of-two > * { min-width: 0; }
figure { --here: var(--panel); margin: 0; padding: 1rem; background: var(--panel); border-radius: .5rem; break-inside: avoid; }
figcaption { font-weight: 600; margin-bottom: .75rem; }
svg { display: block; width: 100%; max-width: 32rem; height: auto; font: 11.5px system-ui, sans-serif; }
svg text { fill: var(--ink); } svg .halo { stroke: var(--panel); stroke-width: 4px; paint-order: stroke; } svg .tick { fill: var(--soft); } svg .group { font-weight: 600; font-size: 12.5px; }
.grid { stroke: var(--line); fill: none; } .axis { stroke: var(--soft); fill: none; }
.diagonal { stroke: var(--soft); stroke-dasharray: 5 4; fill: none; }
.whisker { stroke: var(--ink); stroke-width: 1.25; fill: none; } .mark { stroke: var(--ink); stroke-dasharray: 2 2; fill: none; }
.c0 { --c: var(--c0); } .c1 { --c: var(--c1); } .c2 { --c: var(--c2); } .c3 { --c: var(--c3); } .c4 { --c: var(--c4); } .c5 { --c: var(--c5); }
.bar { fill: var(--c); fill-opacity: .35; stroke: var(--c); } .point { fill: var(--c); }
.curve { fill: none; stroke: var(--c); stroke-width: 2; }
.scroll { overflow-x: auto; margin: 1rem 0; } .scroll:focus-visible, summary:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; overflow-wrap: normal; }
caption { text-align: left; color: var(--soft); padding-bottom: .35rem; white-space: nowrap; }
th, td { padding: .35rem 1rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); white-space: nowrap; }
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; } tbody th { font-weight: 600; position: sticky; left: 0; background: var(--here); }
.confusion { font-size: .8rem; } .confusion td, .confusion thead th { text-align: right; padding: .35rem .5rem; }
.confusion .right { background: color-mix(in srgb, var(--right) calc(var(--share) * .45), transparent); }
.confusion .wrong { background: color-mix(in srgb, var(--wrong) calc(var(--share) * .45), transparent); }
.headline td strong { display: block; font-size: 1.15rem; } .headline thead th { white-space: normal; min-width: 6.5rem; max-width: 9rem; }
.headline td span { color: var(--soft); }
details { margin: .75rem 0; } figure details { margin-bottom: 0; } summary { cursor: pointer; padding: .3rem 0; }
dl.run { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .2rem 1.25rem; margin: .75rem 0; }
dl.run dt { color: var(--soft); max-width: 14rem; } dl.run dd { margin: 0; }
dl.terms dt { font-weight: 600; margin-top: .75rem; } dl.terms dd { margin: 0; max-width: 48rem; }
ul.cases { list-style: none; margin: 0; padding: 0; }
ul.cases > li { padding: .9rem 0; border-bottom: 1px solid var(--line); break-inside: avoid; }
ul.cases p { margin: .2rem 0; } .id { font-family: ui-monospace, monospace; font-size: .9rem; margin-right: .5rem; } .facts { font-size: .9rem; }
blockquote { margin: .4rem 0; padding: .1rem 0 .1rem .9rem; border-left: 3px solid var(--line); max-width: 60rem; } .subject { font-weight: 600; }
mark { background: var(--mark); color: inherit; padding: 0 .1em; }
code { font: .85rem ui-monospace, monospace; } .sum { white-space: nowrap; }
@media (max-width: 30rem) { figure { margin: 0 -1rem; padding: 1rem .6rem; border-radius: 0; } figcaption, figure summary { padding-left: .4rem; }
  dl.run { grid-template-columns: 1fr; } dl.run dt { max-width: none; } dl.run dd { margin-bottom: .4rem; }
  .headline th, .headline td { padding-right: .6rem; } .headline thead th { min-width: 5.5rem; max-width: 6rem; } .headline td strong { font-size: 1rem; } .headline td span { font-size: .78rem; } }
@media print {
  :root { font-size: 10pt; } nav, figure details:not([open]) { display: none; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .scroll { overflow: visible; } table { font-size: 8pt; } th, td { white-space: normal; padding-right: .5rem; } .sum { overflow-wrap: anywhere; white-space: normal; }
  h2, h3, caption { break-after: avoid; } .grid-of-two { grid-template-columns: 1fr 1fr; } .matrices { grid-template-columns: 1fr; }
}
`;
