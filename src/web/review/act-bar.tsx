import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ActName, DeliveryView, Label } from '../../review/web-types.ts';
import { PopupMenu } from '../parts/popup-menu.tsx';
import { LabelChoice } from './label-choice.tsx';

export type BarAct =
  | 'release'
  | 'reject'
  | 'escalate'
  | 'edit'
  | 'snooze'
  | 'claim'
  | 'assign'
  | 'comment'
  | 'wake';

/** The acts on a held message, with their keys; the question beside them costs no step. */
export function ActBar({
  view,
  label,
  onLabel,
  onAct,
  onOther,
}: {
  view: DeliveryView;
  label: Label | null;
  onLabel: (label: Label | null) => void;
  onAct: (act: BarAct) => void;
  /** Acts on what is no longer held. */
  onOther: (act: 'close' | 'take_over' | 'confirm' | 'resend' | 'cancel' | 'undo') => void;
}) {
  const { allowed, item } = view;
  const held = item.state === 'held';
  const others = OTHERS.filter(({ act }) => allowed[act]?.ok);
  const snoozed = item.snoozed_until !== null;
  return (
    <div className="acts" role="group" aria-label="Acts">
      <LabelChoice value={label} onChange={onLabel} />
      <div className="acts-buttons">
        {(held || allowed.release?.ok) && (
          <>
            <Act name="release" keys="1" allowed={allowed} onAct={onAct} filled>
              Release
            </Act>
            {held && (
              <>
                <Act name="reject" keys="2" allowed={allowed} onAct={onAct}>
                  Reject
                </Act>
                <Act name="escalate" keys="3" allowed={allowed} onAct={onAct}>
                  Forward
                </Act>
                <Act name="edit" keys="e" allowed={allowed} onAct={onAct}>
                  Edit
                </Act>
                <PopupMenu button="More ▾" className="acts-more">
                  <MenuAct name={snoozed ? 'wake' : 'snooze'} keys="h" allowed={allowed} onAct={onAct}>
                    {snoozed ? 'End the snooze' : 'Snooze …'}
                  </MenuAct>
                  <MenuAct name="claim" keys="a" allowed={allowed} onAct={onAct}>
                    Assign to me
                  </MenuAct>
                  <MenuAct name="assign" keys="" allowed={allowed} onAct={onAct}>
                    Assign to …
                  </MenuAct>
                  <MenuAct name="comment" keys="c" allowed={allowed} onAct={onAct}>
                    Comment
                  </MenuAct>
                </PopupMenu>
              </>
            )}
          </>
        )}
        {others.map(({ act, text }) => (
          <Button key={act} size="sm" variant="default" onClick={() => onOther(act)}>
            {text}
          </Button>
        ))}
      </div>
    </div>
  );
}

const OTHERS = [
  { act: 'undo', text: 'Undo the release' },
  { act: 'close', text: 'Close, do not send' },
  { act: 'take_over', text: 'Take over' },
  { act: 'confirm', text: 'It did arrive' },
  { act: 'resend', text: 'Send again' },
  { act: 'cancel', text: 'Take off the schedule' },
] as const;

/** Acts that others are allowed by: assigning needs what putting it aside needs, not that it is free. */
const ALLOWED_BY: Partial<Record<BarAct, ActName>> = { wake: 'snooze', assign: 'snooze' };

interface ActProps {
  name: BarAct;
  keys: string;
  allowed: DeliveryView['allowed'];
  onAct: (act: BarAct) => void;
  children: ReactNode;
}

/** Why a person may not do this now; undefined when they may. */
export function whyNot(allowed: DeliveryView['allowed'], act: BarAct): string | undefined {
  const rule = allowed[ALLOWED_BY[act] ?? (act as ActName)];
  return rule && !rule.ok ? (rule.why_not ?? 'Not possible now.') : undefined;
}

function Act({ name, keys, allowed, onAct, children, filled = false }: ActProps & { filled?: boolean }) {
  const why = whyNot(allowed, name);
  return (
    <Button
      size="sm"
      variant={filled ? 'filled' : 'default'}
      // Stays reachable, so that its reason can be read.
      data-disabled={why !== undefined || undefined}
      aria-disabled={why !== undefined}
      aria-keyshortcuts={keys}
      title={why}
      onClick={() => onAct(name)}
      rightSection={<kbd aria-hidden="true">{keys}</kbd>}
    >
      {children}
    </Button>
  );
}

function MenuAct({ name, keys, allowed, onAct, children }: ActProps) {
  const why = whyNot(allowed, name);
  return (
    <button
      type="button"
      className="popup-item menu-act"
      aria-disabled={why !== undefined}
      title={why}
      onClick={() => onAct(name)}
    >
      {children} {keys && <kbd aria-hidden="true">{keys}</kbd>}
    </button>
  );
}
