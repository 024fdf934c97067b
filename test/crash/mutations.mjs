/**
 * Gates that break a promise each, made by temporary triggers on the gate's own connection. The reconciliation must notice
 * every one of them, or it proves nothing.
 */
export const MUTATIONS = {
  /** The hand-over leaves no mark, so that a mail whose answer a crash lost is sent again. */
  'no hand-over mark': [
    `create temp trigger forget after update of handover_at on attempts when new.handover_at is not null
     begin update attempts set handover_at = null where id = new.id; end`,
  ],
  /** What an upstream put off counts as relayed. */
  'deferred counts as relayed': [
    `create temp trigger hasty after update of state on deliveries when new.state = 'deferred'
     begin update deliveries set state = 'relayed', next_attempt_at = null where id = new.id; end`,
  ],
  /** What is held goes out. */
  'a hold does not hold': [
    `create temp trigger lax after update of state on deliveries when new.state = 'held' and new.kind = 'mail'
     begin update deliveries set state = 'relaying', next_attempt_at = 0, decision = 'PASS' where id = new.id; end`,
  ],
  /** Every tenth mail is accepted and forgotten. */
  'forgetful': [
    `create temp trigger forget after insert on audit when new.action = 'accepted' and new.id % 10 = 0
     begin
       delete from deliveries where message_id = new.subject_id;
       delete from bodies where message_id = new.subject_id;
       delete from messages where id = new.subject_id;
     end`,
  ],
  /** Changes leave no trace in the audit log. */
  'unaudited': [
    `create temp trigger silent after insert on audit when new.action = 'delivered'
     begin delete from audit where id = new.id; end`,
  ],
  /** An opt-out is kept and stops no mail. */
  'deaf to opt-outs': [
    `create temp trigger deaf after insert on suppressions
     begin update suppressions set channel = 'phone' where id = new.id; end`,
  ],
  /** A retry is a new mail. */
  'no dedupe': [
    `create temp trigger fresh after insert on messages
     begin update messages set dedupe_key = null where id = new.id; end`,
    `create temp trigger keyless after insert on idempotency_keys
     begin delete from idempotency_keys where key = new.key; end`,
  ],
};
