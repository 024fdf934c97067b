/** The page's nonce: without it the policy lets no library write a style element. Vite puts it into a meta element. */
export const cspNonce: string =
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
