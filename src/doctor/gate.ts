import type { Config } from '../config/config.ts';
import { type Check, type Finding, failed, ok, warning } from './check.ts';

const TIMEOUT_MS = 10_000;

/** Whether a gate works on the data folder, and whether it takes mail. */
export function gateCheck(config: Pick<Config, 'http' | 'data_dir'>, runs: boolean): Check {
  return {
    id: 'gate',
    title: 'Gate',
    look: async () => {
      if (!runs)
        return warning(
          'No gate runs on this data folder.',
          'Start it: presend start, or systemctl start presend',
        );
      const { host, port } = config.http;
      const at = host.includes(':') ? `[${host}]` : host;
      const url = `http://${at.replace(/^(?:0\.0\.0\.0|\[::\])$/, 'localhost')}:${port}/readyz`;
      try {
        const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
        return readyFinding(answer.status, (await answer.json()) as ReadyAnswer);
      } catch (error) {
        return failed(
          `A gate runs on this data folder but does not answer at ${url} (${causeOf(error)}).`,
          'See its log; if it runs with another configuration, name that with --config.',
        );
      }
    },
  };
}

interface ReadyAnswer {
  status?: string;
  judge?: string;
  why?: string;
  mend?: string;
}

/** @param answer of `/readyz` */
export function readyFinding(status: number, { status: state, judge, why, mend }: ReadyAnswer): Finding {
  return status === 200
    ? ok(`It runs and takes mail, judged by ${judge === 'rules' ? 'the rules' : (judge ?? 'nobody')}.`)
    : failed(`It runs and takes no mail: ${why ?? state ?? `HTTP ${status}`}.`, mend ?? 'See its log.');
}

function causeOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? message;
}
