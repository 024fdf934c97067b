/** A text that is to be a JSON object, read; or what is wrong with it and where. */
export function readObject(text: string): { value: Record<string, unknown> } | { error: string } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { value: value as Record<string, unknown> }
      : { error: 'This must be a JSON object: { "company": "…", … }' };
  } catch (error) {
    return { error: `This is not JSON yet: ${withLine(error instanceof Error ? error.message : '', text)}` };
  }
}

/** Browsers say the position as a number; a line is easier to find. */
function withLine(message: string, text: string): string {
  if (/line \d+/.test(message)) return message;
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined) return message;
  return `${message}, line ${text.slice(0, Number(position)).split('\n').length}`;
}
