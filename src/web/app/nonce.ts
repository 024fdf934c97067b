/** The page's nonce: without it the policy lets no library write a style element. Vite puts it into a meta element. */
export const cspNonce: string =
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

// Where the library that keeps the page from scrolling behind a dialog looks for it (get-nonce).
(globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = cspNonce;
