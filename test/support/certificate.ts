import { generate } from 'selfsigned';

/** A self-signed certificate for these names; `127.0.0.1` counts as an address. */
export async function selfSigned(name: string, ...others: string[]): Promise<{ key: string; cert: string }> {
  const altNames = [name, ...others].map((name) =>
    /^[\d.]+$/.test(name) ? ({ type: 7, ip: name } as const) : ({ type: 2, value: name } as const),
  );
  const pair = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  return { key: pair.private, cert: pair.cert };
}
