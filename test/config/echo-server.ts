import { createServer, type Server } from 'node:http';
import { type AddressInfo, type Server as TcpServer, createServer as createTcpServer } from 'node:net';
import { onTestFinished } from 'vitest';

/** An HTTP server that refuses everything and repeats all it was told, credentials too, as a proxy in trouble may. */
export async function echoingHttp(): Promise<{ url: string; requests: () => number }> {
  let requests = 0;
  const server: Server = createServer((request, response) => {
    requests += 1;
    const told = JSON.stringify({ url: request.url, headers: request.headers });
    const decoded = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64');
    response.statusCode = 401;
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ message: `refused: ${told} ${decoded.toString('latin1')}`, error: told }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests };
}

/** A line protocol that refuses the login and repeats it: SMTP by default, IMAP with a greeting of its own. */
export async function echoingLines(kind: 'smtp' | 'imap'): Promise<{ port: number; logins: () => number }> {
  let logins = 0;
  const server: TcpServer = createTcpServer((socket) => {
    socket.on('error', () => {});
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    say(kind === 'smtp' ? '220 echo ESMTP' : '* OK echo');
    socket.on('data', (data) => {
      for (const line of data.toString('latin1').split('\r\n').filter(Boolean)) {
        if (kind === 'imap') {
          const [tag = '*', command = ''] = line.split(' ');
          if (/^capability$/i.test(command)) say('* CAPABILITY IMAP4rev1');
          if (/^login$/i.test(command)) logins += 1;
          say(/^login$/i.test(command) ? `${tag} NO refused: ${line}` : `${tag} OK`);
        } else if (/^ehlo/i.test(line)) {
          say('250-echo\r\n250 AUTH PLAIN LOGIN');
        } else if (/^auth/i.test(line)) {
          logins += 1;
          const word = line.split(' ').at(-1) ?? '';
          say(
            `535 5.7.8 refused: ${line} ${Buffer.from(word, 'base64').toString('latin1').replaceAll('\0', ' ')}`,
          );
        } else say('250 ok');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, logins: () => logins };
}
