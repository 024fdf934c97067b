import { dirname } from 'node:path';
import type { Config } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import { failedBeforeHandOver, type SmtpError } from '../delivery/smtp-answer.ts';
import { UpstreamConnection } from '../delivery/smtp-connection.ts';
import { loadUpstream } from '../delivery/upstream.ts';
import { certificateAnswer } from '../insight/machine-checks.ts';
import { lasting } from '../insight/words.ts';
import { adviceFor } from '../settings/failure-advice.ts';
import { type Check, type Finding, failed, ok, warning } from './check.ts';

/** Connects to each upstream, secures the session, logs in and leaves: no mail is begun. */
export function upstreamsCheck(config: Config, now: number): Check {
  return {
    id: 'upstream',
    title: 'Upstream',
    look: () =>
      config.upstreams.length === 0
        ? null
        : Promise.all(
            config.upstreams.map(async (upstream) => ({
              ...(await upstreamFinding(upstream, config, now)),
              title: `Upstream ${upstream.name}`,
            })),
          ),
  };
}

async function upstreamFinding(
  upstream: Config['upstreams'][number],
  config: Pick<Config, 'source' | 'data_dir' | 'hostname'>,
  now: number,
): Promise<Finding> {
  const where = `${upstream.host}:${upstream.port}`;
  let connection: UpstreamConnection;
  try {
    connection = new UpstreamConnection(
      loadUpstream(upstream, { base: dirname(config.source ?? config.data_dir), hostname: config.hostname }),
    );
  } catch (error) {
    if (error instanceof UserError) return failed(`${error.message}.`, 'Give the gate what it names.');
    throw error;
  }
  try {
    await connection.open();
  } catch (error) {
    const { response } = failedBeforeHandOver(error as SmtpError);
    const { meaning, advice } = adviceFor({ outcome: 'temporary', response });
    return failed(`${where}: ${meaning} (${response})`, advice ?? 'Its answer says why.');
  }
  const until = connection.certificateUntil;
  await connection.quit();
  const said = [
    upstream.tls === 'none' || until === null ? 'connected, without TLS' : 'connected, TLS',
    upstream.auth ? 'logged in' : 'no login configured',
  ].join(', ');
  if (until === null) return ok(`${where}: ${said}; no mail was sent.`);
  const { state } = certificateAnswer(until - now, false);
  return state === 'ok'
    ? ok(`${where}: ${said}; its certificate is valid for ${lasting(until - now)}. No mail was sent.`)
    : warning(
        `${where}: ${said}; its certificate ${until < now ? 'has expired' : `ends in ${lasting(until - now)}`}.`,
        'Tell whoever runs the upstream; when it ends, mail waits here.',
      );
}
