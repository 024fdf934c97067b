// A DNS server on 127.0.0.1:53 that gives one IPv4 address, its argument, for every name (RFC 1035 4.1).
import { createSocket } from 'node:dgram';

const address = process.argv[2].split('.').map(Number);
const A = 1;

const server = createSocket('udp4', (query, from) => {
  let end = 12;
  while (query[end] !== 0) end += query[end] + 1;
  const question = query.subarray(12, end + 5);
  const answers = question.readUInt16BE(question.length - 4) === A ? 1 : 0;
  const header = Buffer.from([query[0], query[1], 0x81, 0x80, 0, 1, 0, answers, 0, 0, 0, 0]);
  const answer = Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 60, 0, 4, ...address]);
  server.send(Buffer.concat([header, question, ...(answers ? [answer] : [])]), from.port, from.address);
});
server.bind(53, '127.0.0.1', () => console.log('ready'));
