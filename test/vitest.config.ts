import { defineConfig } from 'vitest/config';
import { FailureReport } from './support/failure-report.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    // A shared machine may stall for seconds: what fails once and then passes is named in the report, what fails twice is wrong.
    retry: Number(process.env['PRESEND_TEST_RETRIES'] ?? 0),
    hookTimeout: 120_000,
    // Two cores: more workers only wait for each other.
    maxWorkers: 2,
    reporters: ['default', new FailureReport()],
  },
});
