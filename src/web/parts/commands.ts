import { useEffect, useLayoutEffect, useRef } from 'react';

/** Something a person can do by a key, from the palette, or by a button elsewhere. */
export interface Command {
  /** Stable name, e.g. `release`. */
  id: string;
  label: string;
  /** `event.key` values, e.g. `j`, `Enter`, `?`; without Ctrl, Alt and Meta. */
  keys?: readonly string[];
  /** Heading in the sheet of shortcuts and in the palette. */
  group: string;
  run: () => void;
  /** Left out of the palette: moving about makes no sense there. */
  keyOnly?: boolean;
}

type Commands = readonly Command[];

/** The newest set wins where two bind one key: an open part is in front of its page. */
let sets: readonly { current: Commands }[] = [];

/** All commands that can be run now, each id once. */
export function commandsNow(): Command[] {
  const seen = new Set<string>();
  return sets
    .toReversed()
    .flatMap((set) => set.current)
    .filter(({ id }) => !seen.has(id) && seen.add(id));
}

/** The command that a key runs now. */
export function commandFor(key: string): Command | undefined {
  return commandsNow().find(({ keys }) => keys?.includes(key));
}

/** Commands under their headings, in the order the headings first come. */
export function byGroup(commands: readonly Command[]): Map<string, Command[]> {
  const groups = new Map<string, Command[]>();
  for (const command of commands) groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
  return groups;
}

/** Offers commands while mounted. The list may change with every render. */
export function useCommands(commands: Commands): void {
  const set = useRef<Commands>(commands);
  // Before the page is painted: a key does what the page already shows.
  useLayoutEffect(() => {
    set.current = commands;
  });
  useEffect(() => {
    sets = [...sets, set];
    return () => {
      sets = sets.filter((one) => one !== set);
    };
  }, []);
}

const TYPING = 'input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]';

/** Whether a key belongs to what is typed in, or to a dialog in front of the page. */
export function keyIsTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey)
    return true;
  const target = event.target as Element | null;
  if (target?.nodeType === Node.ELEMENT_NODE && target.closest(TYPING)) return true;
  return document.querySelector('dialog:modal, [aria-modal=true]') !== null;
}
