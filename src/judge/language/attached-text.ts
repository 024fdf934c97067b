/**
 * The text of an attachment as a program shows it: long lines of iCalendar and vCard are folded anywhere, inside words too, and
 * line breaks and commas escaped (RFC 5545 3.1 and 3.3.11, RFC 6350 3.2 and 3.4). Any other text is given as it is.
 */
export function attachedText(text: string): string {
  if (!/^\s*BEGIN:V(?:CALENDAR|CARD)/i.test(text)) return text;
  return text
    .replace(/\r?\n[ \t]/g, '')
    .replace(/\\n/gi, '\n')
    .replace(/\\([,;\\])/g, '$1');
}
