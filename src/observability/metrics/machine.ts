import { Counter, Gauge, Histogram } from 'prom-client';
import type { MetricsRegistry } from '../exposition.ts';

/** What the gate stands on: the database and its disk, and where traces go. */
export function machineMetrics(registers: MetricsRegistry[]) {
  return {
    commitSeconds: new Histogram({
      name: 'presend_db_commit_seconds',
      help: 'Time of one commit of the database, from its begin until it was on disk.',
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    commitGroup: new Histogram({
      name: 'presend_db_commit_group_size',
      help: 'Changes that shared one commit.',
      buckets: [1, 2, 4, 8, 16, 32, 64],
      registers,
    }),
    databaseBytes: new Gauge({
      name: 'presend_db_bytes',
      help: "Size of the database's file.",
      registers,
    }),
    walBytes: new Gauge({
      name: 'presend_db_wal_bytes',
      help: "Size of the database's write-ahead log.",
      registers,
    }),
    diskFree: new Gauge({
      name: 'presend_disk_free_bytes',
      help: 'Room left on the disk of the data folder, for this user.',
      registers,
    }),
    diskSize: new Gauge({
      name: 'presend_disk_size_bytes',
      help: 'Size of that disk.',
      registers,
    }),
    backupAt: new Gauge({
      name: 'presend_backup_last_timestamp_seconds',
      help: 'The moment whose state the newest backup holds, Unix time; 0 = there is none.',
      registers,
    }),
    restoreOpen: new Gauge({
      name: 'presend_restore_open',
      help: '1 while engines are stopped after a restore, until presend restore --done.',
      registers,
    }),
    diskTrouble: new Gauge({
      name: 'presend_disk_trouble',
      help: '1 for what keeps the gate from taking mail: full, no_room (less than storage.min_free_mb), read_only, io, damaged or replaced.',
      labelNames: ['kind'],
      registers,
    }),
    spans: new Counter({
      name: 'presend_trace_spans_total',
      help: 'Spans by result: exported or failed (the collector did not take them); none without tracing.',
      labelNames: ['result'],
      registers,
    }),
  };
}
