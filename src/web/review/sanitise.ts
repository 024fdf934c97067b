import createDOMPurify from 'dompurify';
import { cleanDeclarations, cleanSheet } from './clean-styles.ts';

/** A mail's HTML with nothing in it that runs, sends, loads or leads away. */
export interface CleanMail {
  body: HTMLElement;
  styles: string[];
  /** How many remote pictures were left out. */
  blocked: number;
  /** Pictures of the mail itself, by Content-ID. */
  inline: { image: HTMLImageElement; cid: string }[];
}

const FORBIDDEN_TAGS = [
  'form', 'input', 'button', 'textarea', 'select', 'option', 'optgroup', 'datalist', 'output', 'label', 'fieldset',
  'link', 'meta', 'base', 'iframe', 'frame', 'frameset', 'object', 'embed', 'applet', 'audio', 'video', 'source', 'track',
  'picture', 'area', 'map', 'dialog', 'template', 'slot', 'svg', 'math', 'noscript', 'script', 'portal', 'canvas',
]; // biome-ignore format: one long list
const FORBIDDEN_ATTRIBUTES = [
  'action', 'formaction', 'srcset', 'ping', 'target', 'name', 'usemap', 'ismap', 'autofocus', 'tabindex', 'accesskey',
  'contenteditable', 'popover', 'popovertarget', 'draggable', 'lowsrc', 'dynsrc', 'poster', 'cite', 'longdesc', 'is',
]; // biome-ignore format: one long list

/**
 * Cleans a mail inside the frame that shows it, under the frame's policy. The frame's sandbox and policy would stop what gets
 * through; nothing is known to.
 *
 * @param frame window of the frame (`/app/mail-frame`)
 * @param remote whether pictures from elsewhere may be loaded
 */
export function sanitise(frame: Window & typeof globalThis, html: string, remote: boolean): CleanMail {
  const purify = createDOMPurify(frame);
  let blocked = 0;
  const inline: CleanMail['inline'] = [];
  purify.addHook('afterSanitizeAttributes', (node) => {
    const href = node.getAttribute('href');
    if (href !== null) {
      // A link that cannot be followed: reviewing a mail must not open what its engine wants opened.
      node.removeAttribute('href');
      node.setAttribute('data-link', '');
      node.setAttribute('title', href);
    }
    if (node.hasAttribute('style')) {
      node.setAttribute('style', cleanDeclarations((node as HTMLElement).style, remote));
    }
    for (const attribute of ['src', 'background']) {
      const value = node.getAttribute(attribute)?.trim();
      if (!value) continue;
      const cid = /^cid:(.+)$/iu.exec(value)?.[1];
      if (cid && node.nodeName === 'IMG') {
        node.removeAttribute(attribute);
        inline.push({ image: node as HTMLImageElement, cid: decoded(cid) });
      } else if (!/^data:image\//iu.test(value) && !(remote && /^https?:/iu.test(value))) {
        node.removeAttribute(attribute);
        if (/^(https?:)?\/\//iu.test(value)) blocked++;
        // A picture of a pixel is there to be counted, not to be seen.
        const tiny = ['width', 'height'].some(
          (side) => Number.parseInt(node.getAttribute(side) ?? '', 10) <= 2,
        );
        if (node.nodeName === 'IMG' && !tiny) node.setAttribute('data-blocked', '');
      }
    }
  });
  const root = purify.sanitize(html, {
    USE_PROFILES: { html: true },
    WHOLE_DOCUMENT: true,
    RETURN_DOM: true,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    FORBID_TAGS: FORBIDDEN_TAGS,
    FORBID_ATTR: FORBIDDEN_ATTRIBUTES,
  }) as HTMLElement;
  const styles = [...root.querySelectorAll('style')].map((style) => {
    style.remove();
    return cleanSheet(frame, style.textContent, remote);
  });
  const body = root.querySelector('body') ?? root;
  return { body, styles, blocked, inline };
}

function decoded(cid: string): string {
  try {
    return decodeURIComponent(cid);
  } catch {
    return cid;
  }
}
