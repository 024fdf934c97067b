import { type RefObject, useEffect } from 'react';
import type { DeliveryView, Person } from '../../review/web-types.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { duration, soonTime } from '../parts/time.ts';
import { STATE_WORD } from '../parts/words.ts';
import { atLeast } from './words.ts';
import { Due } from './due.tsx';
import { MarkedText } from './mail-text.tsx';
import { ReasonChip } from './reason-chip.tsx';
import { useNow } from './use-now.ts';

/** Subject, people, where it stands, and the way to the messages around it. */
export function MessageHead({
  view,
  viewers,
  heading,
  active,
  position,
  onBack,
  onPrevious,
  onNext,
}: {
  view: DeliveryView;
  viewers: readonly Person[];
  heading: RefObject<HTMLHeadingElement | null>;
  active: number | null;
  /** Its place in the list, from 0; -1 when it is not in it. */
  position: { at: number; of: number; more: true | undefined };
  onBack: () => void;
  onPrevious: (() => void) | null;
  onNext: (() => void) | null;
}) {
  const { item, mail, verdict } = view;
  const now = useNow();
  const subject = mail.draft.subject ?? mail.subject;
  useEffect(() => {
    document.title = `${subject || '(no subject)'} – presend`;
  }, [subject]);
  return (
    <header className="head">
      <div className="head-way">
        <button type="button" className="popup-button" onClick={onBack} aria-keyshortcuts="u">
          <span aria-hidden="true">←</span> Queue
        </button>
        <span className="head-state">
          {item.state === 'held' ? (
            <ReasonChip reason={item.reason} decision={item.decision} />
          ) : (
            <span className="tag">{STATE_WORD[item.state]}</span>
          )}
          {item.state === 'held' && <Due at={item.due_at} tone={item.due} now={now} />}
          {item.snoozed_until !== null && (
            <span className="tag">Snoozed until {soonTime(item.snoozed_until)}</span>
          )}
          {item.assigned && <span className="tag">Assigned to {item.assigned.name}</span>}
          {item.approvals && (
            <span className="tag">
              {item.approvals.given.length > 0
                ? `Approved by ${item.approvals.given.map(({ name }) => name).join(', ')}; ${item.approvals.needed} more needed`
                : `Needs ${item.approvals.needed} approvals`}
            </span>
          )}
        </span>
        <span className="head-nav">
          {/* Its room is kept, so that nothing moves when the list is known. */}
          <span className="head-position">
            {position.at >= 0 &&
              `${position.at + 1} of ${atLeast(Math.max(position.of, position.at + 1), position.more)}`}
          </span>
          <button
            type="button"
            className="popup-button"
            aria-label="Message before"
            aria-keyshortcuts="k"
            disabled={!onPrevious}
            onClick={onPrevious ?? undefined}
          >
            <span aria-hidden="true">↑</span>
          </button>
          <button
            type="button"
            className="popup-button"
            aria-label="Next message"
            aria-keyshortcuts="j"
            disabled={!onNext}
            onClick={onNext ?? undefined}
          >
            <span aria-hidden="true">↓</span>
          </button>
        </span>
      </div>
      <h1 ref={heading} tabIndex={-1} className="head-subject">
        {subject ? (
          <MarkedText text={subject} part="subject" findings={verdict?.findings ?? []} active={active} />
        ) : (
          '(no subject)'
        )}
      </h1>
      <div className="head-people">
        <span>
          <span className="head-word">To</span> <strong>{item.recipient_name ?? item.recipient}</strong>
          {item.recipient_name && <span className="head-address">{item.recipient}</span>}
          {item.company && <span className="head-company">{item.company.name}</span>}
        </span>
        <span>
          <span className="head-word">From</span> {mail.from}
        </span>
        {mail.cc && (
          <span>
            <span className="head-word">Cc</span> {mail.cc}
          </span>
        )}
        {mail.reply_to && (
          <span>
            <span className="head-word">Replies to</span> {mail.reply_to}
          </span>
        )}
        <span className="head-facts">
          {item.engine} ·{' '}
          <ShownTime at={item.received_at}>{`${duration(now - item.received_at)} ago`}</ShownTime>
          {mail.revision > 0 && ` · edited by ${mail.revisions.at(-1)?.actor ?? 'a reviewer'}`}
        </span>
      </div>
      <div className="head-viewers" role="status">
        {viewers.length > 0 && (
          <span className="viewers">
            <span aria-hidden="true">👁 </span>
            {viewers.map(({ name }) => name).join(', ')} {viewers.length === 1 ? 'is' : 'are'} looking at this
          </span>
        )}
      </div>
    </header>
  );
}
