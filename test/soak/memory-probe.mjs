/**
 * Preloaded into the gate (`--import`): tells whoever connects to a socket what the main thread holds after its garbage is collected,
 * `process.memoryUsage()` as JSON. Who connects says a line; where it names a file, a heap snapshot is written there.
 */
import { createServer } from 'node:net';
import { setFlagsFromString, writeHeapSnapshot } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

const path = process.env.PRESEND_MEMORY_PROBE;
if (isMainThread && path) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (line) => {
      collect();
      // What finalizers of the first collection let go of, the second one frees.
      setImmediate(() => {
        collect();
        const usage = process.memoryUsage();
        const file = line.toString().trim();
        if (file !== '') writeHeapSnapshot(file);
        socket.end(JSON.stringify(usage));
      });
    });
  });
  server.listen(path);
  server.unref();
}
