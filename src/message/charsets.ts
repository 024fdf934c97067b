/** True for the labels of the WHATWG Encoding Standard, which Node decodes in full. */
export function isKnownCharset(charset: string): boolean {
  try {
    return new TextDecoder(charset).encoding !== 'replacement';
  } catch {
    return false;
  }
}

/** Whether the bytes are text in that charset, without one that it does not have. */
export function isTextIn(charset: string, bytes: Buffer): boolean {
  try {
    new TextDecoder(charset, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
