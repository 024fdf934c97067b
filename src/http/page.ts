import { createHash } from 'node:crypto';
import { escapeHtml } from '../message/escape-html.ts';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.15rem; margin-top: 2rem; }
button, textarea { font: inherit; }
button { padding: .6rem 1.4rem; min-height: 44px; cursor: pointer; }
textarea { display: block; width: 100%; box-sizing: border-box; margin: .3rem 0 1rem; }
dt { font-weight: 600; } dd { margin: 0 0 .6rem; }
fieldset { margin: 1rem 0; padding: .4rem 1rem .6rem; }
fieldset label { display: inline-flex; align-items: center; gap: .4rem; min-height: 2rem; margin-right: 1.2rem; }
input[type=radio] { width: 1.1rem; height: 1.1rem; margin: 0; }
pre { white-space: pre-wrap; font: inherit; max-height: 50vh; overflow: auto; border-left: 4px solid GrayText; margin: 0; padding: .2rem 0 .2rem 1rem; }
.note { border: 1px solid; padding: .6rem 1rem; font-weight: 600; }
`;

/**
 * The policy of these pages: no script, no frame around them, forms only to the gate, and of all styles the pages' own.
 * Stricter than the server's default.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** A small page without scripts. `body` must be escaped already. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} – presend</title>
<style>${STYLE}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>
${body}
</main></body></html>
`;
}
