/** What the browser app and the API say to each other about a person's data. */

/** How much is kept about a person: what an erasure removes, in numbers. */
export interface Kept {
  prospect: boolean;
  deliveries: number;
  /** Of these, held ones, which are rejected, and others that are still under way, which wait. */
  held: number;
  under_way: number;
  messages: number;
  thread_messages: number;
  commitments: number;
  suppressions: number;
  hubspot_contacts: number;
  /** Copies of the data from before a restore or update, relative to the data folder: an erasure does not reach them. */
  copies: string[];
}

/** `GET /crm/prospects/:id/person` */
export interface PersonView extends Kept {
  /** What has to be typed to confirm an erasure. */
  address: string;
}

/** `POST /crm/prospects/:id/erase` */
export interface EraseBody {
  /** The address, as typed by who asks. */
  confirm: string;
  reason: string;
}

export interface Erased extends Kept {
  id: string;
  /** Messages still under way: their texts go once they are settled, by themselves. */
  waiting: number;
  audit_entries: number;
}
