import { segmentsOf } from '../message/segments.ts';

/** What phones and mail programs put below a reply; nobody wrote it. */
const APP_FOOTER =
  /^\s*(?:(?:sent|envoy[ée]|gesendet|von meinem|verzonden|verstuurd|enviado|inviato|get outlook|outlook for|yahoo mail)\b.{0,60}\b(?:iphone|ipad|ios|android|samsung|galaxy|huawei|mobile|handy|smartphone|blackberry|outlook|proton ?mail|gmail|yahoo|mail|phone|device|m[óo]vil|telefoon)\b.{0,30}|(?:sent|get) from .{0,40})$/iu;

/**
 * What somebody wrote for this very reply.
 *
 * @param text all of the mail's text
 * @returns it without quotes, signature and the footers of mail programs; '' when nothing was written
 */
export function replyText(text: string): string {
  const body = text.replace(/\r\n?/g, '\n');
  const own = segmentsOf(body, [])
    .filter((segment) => segment.kind === 'new')
    .map((segment) => body.slice(segment.start, segment.end))
    .join('\n');
  return own
    .split('\n')
    .filter((line) => !APP_FOOTER.test(line))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
