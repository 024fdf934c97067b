import type { Generated } from 'kysely';

/** Tables of review: what people noted about deliveries, beside their disposition. */

/** Who looks after a delivery, and until when it is out of sight. No row = nobody, in sight. */
export interface ReviewStateTable {
  delivery_id: string;
  assigned_id: string | null;
  /** As it was when assigned, so that a person who has left is still named. */
  assigned_name: string | null;
  assigned_at: number | null;
  snoozed_until: number | null;
  snoozed_at: number | null;
  /** The delivery's `lease_token` when it was snoozed: any change of its disposition or verdict wakes it. */
  snoozed_version: number | null;
}

export interface ReviewCommentTable {
  id: Generated<number>;
  delivery_id: string;
  at: number;
  person_id: string;
  person_name: string;
  text: string;
}

/** Which text of a delivery an account had in front of it last. */
export interface ReviewOpenedTable {
  delivery_id: string;
  person_id: string;
  body_revision: number;
  at: number;
}

/** Four-eyes: releases asked for by one person that wait for another. */
export interface ReviewApprovalTable {
  delivery_id: string;
  /** What makes two acts one person's: the e-mail address in lower case, or the actor of an act without an account. */
  person_key: string;
  person_id: string;
  person_name: string;
  /** The delivery's `lease_token`: an edit or a new verdict makes the approval void. */
  version: number;
  at: number;
}

/** A named filter of the queue. */
export interface ReviewViewTable {
  id: string;
  owner_id: string;
  name: string;
  /** JSON of QueueQuery. */
  query: string;
  /** 1 = everybody sees it. */
  shared: number;
  created_at: number;
  updated_at: number;
}

export interface ReviewSchema {
  review_states: ReviewStateTable;
  review_comments: ReviewCommentTable;
  review_opened: ReviewOpenedTable;
  review_approvals: ReviewApprovalTable;
  review_views: ReviewViewTable;
}
