import type { ReactNode } from 'react';
import type { Finding } from '../../judge/verdict.ts';

interface Mark {
  start: number;
  end: number;
  /** Numbers of the findings it is evidence of. */
  of: number[];
}

/** A text with the evidence of findings marked and numbered; spans that overlap are one mark. */
export function MarkedText({
  text,
  part,
  findings,
}: {
  text: string;
  part: 'subject' | 'body';
  findings: readonly Finding[];
}) {
  const pieces: ReactNode[] = [];
  let at = 0;
  for (const { start, end, of } of marksOf(findings, part, text.length)) {
    pieces.push(text.slice(at, start));
    pieces.push(
      <mark key={start}>
        {text.slice(start, end)}
        <sup>{of.join(',')}</sup>
      </mark>,
    );
    at = end;
  }
  pieces.push(text.slice(at));
  return <div className="shown-text">{pieces}</div>;
}

function marksOf(findings: readonly Finding[], part: 'subject' | 'body', length: number): Mark[] {
  const spans = findings
    .flatMap((finding, index) =>
      finding.spans
        .filter((span) => span.part === part && span.start < span.end && span.end <= length)
        .map(({ start, end }) => ({ start, end, of: [index + 1] })),
    )
    .toSorted((a, b) => a.start - b.start || b.end - a.end);
  const marks: Mark[] = [];
  for (const span of spans) {
    const last = marks.at(-1);
    if (last && span.start < last.end) {
      last.end = Math.max(last.end, span.end);
      last.of = [...new Set([...last.of, ...span.of])].toSorted((a, b) => a - b);
    } else marks.push({ ...span });
  }
  return marks;
}
