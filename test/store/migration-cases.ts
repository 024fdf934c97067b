import type SQLite from 'better-sqlite3';

/** When all of it happened, milliseconds since the epoch. */
export const THEN = Date.UTC(2026, 4, 4, 9);

/** Runs one statement, with what stands for its question marks. */
type Put = (sql: string, ...values: unknown[]) => void;

const MAIL = (to: string, id: string): Buffer =>
  Buffer.from(
    [
      'From: Ann <ann@sender.example>',
      `To: ${to}`,
      'Subject: Engineering capacity',
      `Message-ID: <${id}@sender.example>`,
      'Date: Mon, 04 May 2026 09:00:00 +0000',
      '',
      'Hello, would a short call next week be useful?',
      '',
    ].join('\r\n'),
  );

/** A message with one delivery. */
function message(
  put: Put,
  of: {
    id: string;
    to: string;
    prospect: string;
    state: string;
    judged: boolean;
    columns?: Record<string, unknown>;
  },
): void {
  const { id, to, prospect, state, judged } = of;
  put(
    `insert into messages (id, engine_id, envelope_from, params, message_id, subject, size, received_at, origin, dedupe_key,
       scheduled_at, judged_at, answered_early, lease_until, lease_token, judge_attempts)
     values (?, 'e1', 'ann@sender.example', '{}', ?, 'Engineering capacity', 300, ?, ?, null, null, ?, 0, null, 1, 1)`,
    id,
    `<${id}@sender.example>`,
    THEN,
    JSON.stringify({ remoteAddress: '127.0.0.1', helo: 'engine.example', transmission: 'ESMTP', user: null }),
    judged ? THEN : null,
  );
  put(`insert into bodies values (?, 0, ?, ?, 'engine:e1')`, id, MAIL(to, id), THEN);
  const row: Record<string, unknown> = {
    id: `d-${id}`,
    message_id: id,
    engine_id: 'e1',
    recipient: to,
    address_key: to,
    internal: 0,
    kind: 'mail',
    prospect_id: judged ? prospect : null,
    state,
    decision: judged ? 'PASS' : null,
    body_revision: 0,
    attempts: 0,
    lease_token: 1,
    judged_at: judged ? THEN : null,
    judged_revision: judged ? 1 : 0,
    created_at: THEN,
    updated_at: THEN,
    ...of.columns,
  };
  const names = Object.keys(row);
  put(
    `insert into deliveries (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
    ...Object.values(row),
  );
}

/**
 * What a presend of each level had in its database, as plain SQL of that level: the rows that came with the level's own tables and
 * columns. A new migration needs an entry here; one that adds no table and no column says so by an empty one.
 */
const CASES: Record<string, (put: Put) => void> = {
  '0001-first': (put) => {
    put(
      `insert into engines (id, name, secret_hash, sender_domains, upstreams, mode, trusted_headers, answer, decisions,
         loopback_without_auth, created_at, updated_at)
       values ('e1', 'engine', null, '["sender.example"]', '[]', 'enforce', 1, null, '{"PENALISE":"relay"}', 1, ?, ?)`,
      THEN,
      THEN,
    );
    put(
      `insert into companies values ('c1', 'Baltic Robotics', 'baltic robotics', 'prospect.example', 300, 'series_b', 20000000,
         'high', '[]', 'robotics', 'Tallinn', 'EE', null, 'owner@sender.example', ?, ?)`,
      THEN,
      THEN,
    );
    for (const name of ['held', 'waiting', 'deferred', 'unclear']) {
      put(
        `insert into prospects values (?, 'c1', ?, ?, ?, 'vp_eng', 'VP Engineering', '[]', '[]', null, null, null, '{}', null, ?, ?)`,
        `p-${name}`,
        `${name}@prospect.example`,
        `${name}@prospect.example`,
        `Maria ${name}`,
        THEN,
        THEN,
      );
    }
    message(put, {
      id: 'held',
      to: 'held@prospect.example',
      prospect: 'p-held',
      state: 'held',
      judged: true,
      columns: {
        decision: 'BLOCK',
        hold_reason: 'low_confidence_funding',
        note: 'States "your $20M round" as fact.',
        expires_at: THEN + 365 * 86_400_000,
      },
    });
    message(put, {
      id: 'waiting',
      to: 'waiting@prospect.example',
      prospect: 'p-waiting',
      state: 'received',
      judged: false,
    });
    message(put, {
      id: 'deferred',
      to: 'deferred@prospect.example',
      prospect: 'p-deferred',
      state: 'deferred',
      judged: true,
      columns: { returns_to: 'relaying', next_attempt_at: THEN, attempts: 1, note: '451 4.7.1 later' },
    });
    message(put, {
      id: 'unclear',
      to: 'unclear@prospect.example',
      prospect: 'p-unclear',
      state: 'uncertain',
      judged: true,
      columns: { returns_to: 'relaying', attempts: 1, note: 'the connection was lost' },
    });
    put(
      `insert into attempts (delivery_id, kind, upstream, started_at, handover_at, finished_at, outcome, response)
       values ('d-deferred', 'relay', 'provider', ?, null, ?, 'temporary', '451 4.7.1 later')`,
      THEN,
      THEN,
    );
    for (const id of ['held', 'deferred', 'unclear']) {
      put(
        `insert into verdicts (delivery_id, created_at, decision, hold_reason, rationale, findings, notices, prospect,
           rubric_version, adapter_version, adapter, latency_ms)
         values (?, ?, ?, null, 'as judged', '[]', '[]', null, 'r1', null, null, 1.5)`,
        `d-${id}`,
        THEN,
        id === 'held' ? 'BLOCK' : 'PASS',
      );
    }
    put(
      `insert into audit (at, actor, subject_type, subject_id, action, detail)
       values (?, 'gate', 'delivery', 'd-held', 'judged', '{"from":"received","to":"held"}')`,
      THEN,
    );
    put(
      `insert into labels (delivery_id, at, actor, "right", act) values ('d-held', ?, 'ann', 'right', 'label')`,
      THEN,
    );
    put(
      `insert into suppressions (kind, value, channel, reason, source, created_at)
       values ('domain', 'gone.example', 'all', 'asked', 'csv', ?)`,
      THEN,
    );
    put(
      `insert into commitments (prospect_id, subject, starts, ends, type, note) values (null, 'bench', '2026-05-01', null, 'capacity', null)`,
    );
    put(
      `insert into peers (name, name_key, city, industry, city_key, industry_key)
       values ('Nordic Arms', 'nordic arms', 'Tallinn', 'robotics', 'tallinn', 'robotics')`,
    );
    put(`insert into peer_uses values ('nordic arms', 'p-held', ?)`, THEN);
    put(`insert into threads values ('t1', 'c1', 'p-held', 'Capacity', 1, ?)`, THEN);
    put(
      `insert into thread_messages (thread_id, company_id, prospect_id, message_id, direction, person, role, at, text, fingerprint_count)
       values ('t1', 'c1', 'p-held', '<t1@sender.example>', 'out', 'Ann', null, ?, 'We spoke about robots.', 1)`,
      THEN,
    );
    put(`insert into fingerprints values (12345, 1)`);
    put(
      `insert into revisions (at, actor, table_name, record_id, "before", "after", reverts, import_id)
       values (?, 'ann', 'prospects', 'p-held', null, '{}', null, null)`,
      THEN,
    );
    put(`insert into mailbox_days values ('ann@sender.example', '2026-05-04', 3)`);
    put(`insert into settings values ('kept', 'as it was')`);
  },
  '0002-provider-front': (put) => {
    put(`insert into api_keys values ('k1', 'e1', 'bearer', 'hash', 'wxyz', ?, null)`, THEN);
    put(
      `insert into provider_requests values ('held', 'resend', '/emails', 'application/json', ?, null)`,
      Buffer.from('{"from":"ann@sender.example"}'),
    );
    put(`insert into idempotency_keys values ('e1', 'key-1', 'hash', '["held"]', ?)`, THEN);
    put(`update attempts set upstream_id = 'provider-1' where delivery_id = 'd-deferred'`);
    put(`update engines set webhook_secret_version = 2`);
    put(
      `insert into events (id, engine_id, delivery_id, type, content_type, body, created_at, state, attempts, next_attempt_at,
         finished_at, lease_until)
       values ('evt_1', 'e1', 'd-held', 'delivery.held', 'application/json', '{}', ?, 'delivered', 1, null, ?, null)`,
      THEN,
      THEN,
    );
    put(
      `insert into event_attempts (event_id, at, status, error, duration_ms) values ('evt_1', ?, 200, null, 5)`,
      THEN,
    );
    put(
      `insert into provider_events values ('resend', 'pe1', ?, 'bounce', 'gone@prospect.example', null, null)`,
      THEN,
    );
    put(
      `insert into write_backs (target, kind, value, reason, created_at, state, attempts, next_attempt_at, finished_at, error)
       values ('resend', 'address', 'gone@prospect.example', null, ?, 'done', 1, null, ?, null)`,
      THEN,
      THEN,
    );
    put(`insert into mailbox_cursors values ('ann', '7', 42, ?)`, THEN);
  },
  '0003-access': (put) => {
    put(
      `insert into users (id, email, email_key, name, role, password_hash, created_at, updated_at)
       values ('u1', 'Ann@sender.example', 'ann@sender.example', 'Ann', 'admin', null, ?, ?)`,
      THEN,
      THEN,
    );
    put(
      `insert into sessions values ('s1', 'hash', 'u1', 'password', ?, ?, ?, '127.0.0.1', 'Firefox')`,
      THEN,
      THEN,
      THEN + 1,
    );
    put(`insert into recovery_codes values ('hash', 'u1', ?, null)`, THEN);
    put(`insert into sign_in_attempts values ('key', 1, ?, 0)`, THEN);
    put(
      `insert into api_tokens values ('at1', 'u1', 'script', 'hash', 'abcd', '["read"]', ?, null, null, null)`,
      THEN,
    );
    put(`insert into one_time_tokens values ('hash', 'invite', 'u1', '{}', ?, ?)`, THEN, THEN + 1);
  },
  '0004-review': (put) => {
    put(`insert into review_states values ('d-held', 'u1', 'Ann', ?, null, null, null)`, THEN);
    put(
      `insert into review_comments (delivery_id, at, person_id, person_name, text) values ('d-held', ?, 'u1', 'Ann', 'Is it true?')`,
      THEN,
    );
    put(`insert into review_opened values ('d-held', 'u1', 0, ?)`, THEN);
    put(`insert into review_approvals values ('d-held', 'ann@sender.example', 'u1', 'Ann', 1, ?)`, THEN);
    put(`insert into review_views values ('v1', 'u1', 'Mine', 'assigned=me', 0, ?, ?)`, THEN, THEN);
  },
  // Indexes only.
  '0005-crm-grid': () => {},
  '0006-hubspot-sync': (put) => {
    put(`insert into hubspot_links values ('companies', '77', 'c1', '{}', '{}', ?, 0, null, 'run1')`, THEN);
    put(`insert into hubspot_cursors values ('companies', ?, null, null, null, ?)`, THEN, THEN);
    put(
      `insert into hubspot_runs values ('run1', 'gate', 'full', 0, 'done', ?, ?, ?, 0, 'companies', 1, 1, '{}', 2, 0, null, null, null)`,
      THEN,
      THEN,
      THEN,
    );
    put(
      `insert into hubspot_differences (run_id, kind, object, hubspot_id, record_id, label, field, mine, theirs, winner, note)
       values ('run1', 'changed', 'companies', '77', 'c1', 'Baltic Robotics', 'city', 'Tartu', 'Tallinn', 'hubspot', null)`,
    );
  },
  '0007-settings': (put) => {
    put(
      `insert into rubric_versions (version, text, at, actor, action, origin, reverts, why)
       values ('r1', 'rules: {}', ?, 'gate', 'found', 'configured', null, null)`,
      THEN,
    );
    put(
      `insert into kill_switch (at, actor, mode, reason, condition) values (?, 'ann', 'shadow', 'a test', null)`,
      THEN,
    );
  },
  '0008-insight': (put) => {
    put(
      `insert into draft_texts (message_id, revision, subject, body, headers, addresses, text_key, template_key)
       values ('held', 0, 'Engineering capacity', 'Hello, robots', '', 'held@prospect.example', null, null)`,
    );
    put(`insert into insight_hours values (?, 'e1', 'judged', 'BLOCK', 1)`, THEN);
  },
  '0009-notify': (put) => {
    put(
      `insert into notify_occurrences (key, topic, delivery_id, at, note) values ('audit:1', 'held', 'd-held', ?, null)`,
      THEN,
    );
    put(`insert into notify_channels values ('email:ann@sender.example', 1, ?, '2026-05-04')`, THEN);
    put(
      `insert into notifications values ('n1', 'email:ann@sender.example', 'batch', '{}', ?, 'sent', 1, 0, null, null, null, ?)`,
      THEN,
      THEN,
    );
    put(
      `insert into notify_preferences values ('u1', ?, ?)`,
      JSON.stringify({
        email: ['held'],
        slack: [],
        slack_member_id: null,
        time_zone: 'UTC',
        quiet_hours: null,
        digest: null,
      }),
      THEN,
    );
    put(`insert into link_uses values ('token', 'd-held', 'release', 'ann', ?, ?)`, THEN, THEN + 1);
  },
  '0010-kill-switch': (put) => {
    put(
      `insert into adapter_calls (at, adapter_version, result, latency_ms) values (?, 'a@1', 'ok', 120)`,
      THEN,
    );
    put(`insert into adapter_versions values ('a@1', ?)`, THEN);
    put(`insert into monitor_states values ('failures', 'ok', 0.001, 'fine', ?, ?)`, THEN, THEN);
    put(
      `insert into brand_damage_reports (at, actor, delivery_id, rule, what_happened) values (?, 'ann', 'd-unclear', null, 'It went to a rival.')`,
      THEN,
    );
    put(
      `insert into spot_checks (drawn_at, actor, since, until, population, seed) values (?, 'gate', ?, ?, 3, 9)`,
      THEN,
      THEN,
      THEN,
    );
    put(
      `insert into spot_check_items (check_id, delivery_id, verdict_id, decision, rule, adapter_version, judged_at)
       values (1, 'd-held', 1, 'BLOCK', null, null, ?)`,
      THEN,
    );
    put(`insert into spot_check_answers values (1, 'ann', 'Ann', ?, 'BLOCK', null, null)`, THEN);
    put(
      `insert into canary_runs (started_at, ended_at, adapter_version, rubric_version, cases_version, extent, trigger, state, results, says)
       values (?, ?, 'a@1', 'r1', 'v1', 'all', 'start', 'passed', '[]', null)`,
      THEN,
      THEN,
    );
  },
  // An index only.
  '0013-observability': () => {},
  // Columns that are filled when the log is chained, which takes the gate's key.
  '0014-audit-chain': () => {},
  '0015-retention': (put) => {
    put(`insert into erasures values ('er1', ?, 'ann', 'asked', 'hash', '[]', ?)`, THEN, THEN);
  },
  '0016-engine-networks': (put) => {
    put(`insert into engine_networks values ('e1', 'hash', ?)`, THEN);
  },
  // An index only.
  '0017-due-deliveries': () => {},
  '0018-held-lists': () => {},
  // The index's own words, as a table.
  '0019-search-terms': () => {},
  '0020-held-by-due': () => {},
  // Indexes of PostgreSQL only.
  '0021-postgres-indexes': () => {},
  // Indexes only.
  '0022-held-by-due-and-menu': () => {},
};

/** Migrations that have rows here. */
export const COVERED: readonly string[] = Object.keys(CASES);

/** Puts into a database what a presend of that level would have in it. */
export function fillAsOf(raw: SQLite.Database, level: string): void {
  raw.pragma('foreign_keys = ON');
  const put: Put = (sql, ...values) => void raw.prepare(sql).run(...values);
  raw.transaction(() => {
    for (const name of COVERED.filter((one) => one <= level)) CASES[name](put);
  })();
}
