import { useEffect, useRef, useState } from 'react';
import type { Finding } from '../../judge/verdict.ts';
import type { MailView } from '../../review/web-types.ts';
import { api, failureText } from '../app/api.ts';
import { calls } from './calls.ts';
import { MARK_STYLE, activate, markFindings } from './mail-marks.ts';

const BASE_STYLE = `
html { color-scheme: light; background: #fff; }
body { margin: 16px; color: #1b1d21; font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; overflow-wrap: break-word; }
img { max-width: 100%; height: auto; }
img[data-blocked] { display: inline-block; min-width: 24px; min-height: 24px; background: #eceef1; outline: 1px dashed #868e99; color: #5a6270; font-size: 12px; }
:where(a[data-link]) { color: #1d4f91; text-decoration: underline; cursor: help; }
`;

/** Growing by its own height again and again (`height: 100vh`) ends after so many steps. */
const MOST_GROWTHS = 12;
const MOST_HEIGHT = 30_000;

/**
 * A mail's HTML as its recipient sees it: sanitised, in a sandboxed frame without scripts, forms and navigation. The frame
 * stays from one mail to the next.
 */
export function MailFrame({
  id,
  mail,
  findings,
  active,
  remote,
  onBlocked,
  onFound,
}: {
  id: string;
  mail: MailView;
  findings: readonly Finding[];
  /** The finding that stands out, and whether to bring it into view. */
  active: { finding: number | null; scroll: boolean };
  /** Load pictures from elsewhere. */
  remote: boolean;
  onBlocked: (count: number) => void;
  /** For each finding whether the mail shows it. */
  onFound: (found: boolean[]) => void;
}) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [loaded, setLoaded] = useState<Document | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const tell = useRef({ onBlocked, onFound, active });
  useEffect(() => {
    tell.current = { onBlocked, onFound, active };
  });
  const { html, inline, revision } = mail;
  const draftBody = mail.draft.body;

  useEffect(() => {
    const element = frame.current;
    const window = element?.contentWindow as (Window & typeof globalThis) | null | undefined;
    if (!element || !window || !loaded || html === null) return;
    let gone = false;
    let observer: ResizeObserver | undefined;
    const show = async (): Promise<void> => {
      const { sanitise } = await import('./sanitise.ts');
      if (gone) return;
      const clean = sanitise(window, html, remote);
      const body = writeMail(loaded, clean.body, clean.styles);
      tell.current.onBlocked(clean.blocked);
      tell.current.onFound(markFindings(body, findings, draftBody));
      activate(body, tell.current.active.finding, tell.current.active.scroll);
      element.dataset['shown'] = id;
      observer = fitHeight(element, loaded, body);
      setTrouble(null);
      await Promise.all(
        clean.inline.map(async ({ image, cid }) => {
          const index = inline[cid];
          const url = index === undefined ? null : await pictureUrl(calls.pictureUrl(id, index, revision));
          if (url && !gone) image.src = url;
        }),
      );
    };
    show().catch((error: unknown) => {
      if (!gone) setTrouble(failureText(error));
    });
    return () => {
      gone = true;
      observer?.disconnect();
    };
  }, [loaded, html, remote, id, revision, inline, findings, draftBody]);

  useEffect(() => {
    if (loaded?.body) activate(loaded.body, active.finding, active.scroll);
  }, [loaded, active]);

  return (
    <>
      {trouble && (
        <p className="field-wrong" role="alert">
          The mail cannot be shown: {trouble} Its text is under “Text”.
        </p>
      )}
      <iframe
        // Another policy is another page.
        key={String(remote)}
        ref={frame}
        className="mail-frame"
        title="The mail as its recipient sees it"
        sandbox="allow-same-origin"
        src={`/app/mail-frame${remote ? '?images=remote' : ''}`}
        onLoad={(event) => setLoaded(event.currentTarget.contentDocument)}
      />
    </>
  );
}

function writeMail(document: Document, clean: HTMLElement, styles: readonly string[]): HTMLElement {
  const elements = [BASE_STYLE, ...styles, MARK_STYLE].map((css) => {
    const style = document.createElement('style');
    style.textContent = css;
    return style;
  });
  const body = document.createElement('body');
  for (const { name, value } of clean.attributes) body.setAttribute(name, value);
  body.append(...[...clean.childNodes].map((node) => document.adoptNode(node)));
  document.head.replaceChildren(...elements);
  document.documentElement.replaceChild(body, document.body);
  // A click puts the focus into the frame; the page's keys go on working.
  document.documentElement.onkeydown = (event) => {
    const copy = new KeyboardEvent('keydown', {
      key: event.key,
      ctrlKey: event.ctrlKey,
      metaKey: event.metaKey,
      altKey: event.altKey,
      shiftKey: event.shiftKey,
      bubbles: true,
      cancelable: true,
    });
    if (!window.document.body.dispatchEvent(copy)) event.preventDefault();
  };
  return body;
}

/** The frame is as high as the mail, so that the page has one scroll bar. */
function fitHeight(element: HTMLIFrameElement, document: Document, body: HTMLElement): ResizeObserver {
  let growths = 0;
  let height = 0;
  const fit = (): void => {
    const { marginTop, marginBottom } = getComputedStyle(body);
    const wanted =
      Math.max(body.scrollHeight, body.offsetHeight) +
      Number.parseFloat(marginTop) +
      Number.parseFloat(marginBottom);
    const next = Math.min(MOST_HEIGHT, Math.ceil(wanted));
    if (next === height || growths >= MOST_GROWTHS) return;
    if (next > height) growths++;
    height = next;
    element.style.height = `${next}px`;
  };
  const observer = new ResizeObserver(fit);
  observer.observe(body);
  fit();
  // What loads later (pictures) may make it higher once more.
  document.addEventListener('load', fit, { capture: true });
  return observer;
}

async function pictureUrl(url: string): Promise<string | null> {
  const blob = await api.blob(url).catch(() => null);
  if (!blob?.type.startsWith('image/')) return null;
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : null);
    reader.onerror = () => resolve(null);
    reader.readAsDataURL(blob);
  });
}
