import { Fragment, useEffect, useRef } from 'react';
import type { Finding } from '../../judge/verdict.ts';
import type { MailView } from '../../review/web-types.ts';
import { stretches } from './stretches.ts';

/** A text with the findings' spans marked where they are, exactly. */
export function MarkedText({
  text,
  part,
  findings,
  active,
}: {
  text: string;
  part: 'subject' | 'body';
  findings: readonly Finding[];
  active: number | null;
}) {
  const covered = findings.flatMap(({ spans }, finding) =>
    spans.filter((span) => span.part === part).map(({ start, end }) => ({ start, end, finding })),
  );
  return stretches(text.length, covered).map(({ start, end, findings: here }) => {
    const piece = text.slice(start, end);
    if (here.length === 0) return <Fragment key={start}>{piece}</Fragment>;
    return (
      <mark
        key={start}
        className="found"
        data-findings={here.join(' ')}
        data-active={(active !== null && here.includes(active)) || undefined}
      >
        {piece}
      </mark>
    );
  });
}

/** The draft as the judge read it: what is quoted or a signature is dimmed. */
export function MailText({
  draft,
  findings,
  active,
}: {
  draft: Pick<MailView['draft'], 'body' | 'segments'>;
  findings: readonly Finding[];
  active: { finding: number | null; scroll: boolean };
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active.finding !== null && active.scroll) {
      box.current?.querySelector('mark[data-active]')?.scrollIntoView({ block: 'center' });
    }
  }, [active]);
  const segments =
    draft.segments.length > 0 ? draft.segments : [{ kind: 'new' as const, start: 0, end: draft.body.length }];
  return (
    <div ref={box} className="mail-text">
      {wholeText(segments, draft.body.length).map(({ kind, start, end }) => (
        <span key={start} className="segment" data-kind={kind}>
          <MarkedText
            text={draft.body.slice(start, end)}
            part="body"
            active={active.finding}
            findings={shifted(findings, start, end)}
          />
        </span>
      ))}
    </div>
  );
}

/** Segments without gaps: what is between two of them is new text. */
function wholeText(segments: MailView['draft']['segments'], length: number): MailView['draft']['segments'] {
  const whole: MailView['draft']['segments'] = [];
  let at = 0;
  for (const segment of segments) {
    if (segment.start > at) whole.push({ kind: 'new', start: at, end: segment.start });
    whole.push(segment);
    at = segment.end;
  }
  if (at < length) whole.push({ kind: 'new', start: at, end: length });
  return whole;
}

function shifted(findings: readonly Finding[], from: number, to: number): Finding[] {
  return findings.map((finding) => ({
    ...finding,
    spans: finding.spans
      .filter((span) => span.part === 'body' && span.start < to && span.end > from)
      .map((span) => ({
        ...span,
        start: Math.max(span.start, from) - from,
        end: Math.min(span.end, to) - from,
      })),
  }));
}
