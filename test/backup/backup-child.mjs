/** Makes a backup and dies at a step: data folder, target, the step, a recipient or nothing; run by backup.test.ts, against the build. */
import { makeBackup } from '../../dist/backup/make.js';

const [dataDir, folder, at, recipient] = process.argv.slice(2);
await makeBackup({
  dataDir,
  folder,
  reason: 'asked',
  now: Date.now,
  sealing: recipient === '' ? null : { recipients: [recipient] },
  onProgress: (what, done) => {
    if (what === at && done > 0) process.kill(process.pid, 'SIGKILL');
  },
});
