import { WEB_PATH } from '../http/web-app.ts';
import { deliveryUrl } from '../review/link-facts.ts';
import { HOLD_ACTS, type LinkAct, signLink } from '../review/links.ts';
import type { ContentItem } from './content.ts';

const LABELS: Record<(typeof HOLD_ACTS)[number], string> = {
  release: 'Release',
  reject: 'Reject',
  escalate: 'Forward to the account owner',
};

export interface LinkMaker {
  /** Into the app: the held queue. */
  queue: string;
  /** Into the app: one delivery. */
  open: (deliveryId: string) => string;
  /** Signed links that act; empty where nothing can be done by a link. */
  acts: (item: ContentItem) => { act: LinkAct; label: string; url: string }[];
}

/**
 * The links of one message.
 *
 * @param person whom the message goes to: its links are theirs. null = many read it, so none of its links acts
 * @param expires when links that act stop working; the same message gets the same links at every attempt
 */
export function linkMaker({
  key,
  publicUrl,
  person,
  expires,
}: {
  key: Buffer;
  publicUrl: string;
  person: string | null;
  expires: number;
}): LinkMaker {
  return {
    queue: `${publicUrl}${WEB_PATH}/queue`,
    open: (deliveryId) => deliveryUrl(publicUrl, deliveryId),
    acts: ({ delivery_id, seen }) => {
      if (seen === null || person === null) return [];
      return HOLD_ACTS.map((act) => ({
        act,
        label: LABELS[act],
        url: `${publicUrl}/act/${signLink(key, { deliveryId: delivery_id, act, person, expires, state: 'held', seen })}`,
      }));
    },
  };
}
