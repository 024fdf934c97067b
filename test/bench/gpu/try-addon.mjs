// Loads the built addon the way presend does and says what it found: node try-addon.mjs APP cuda|off
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [app, gpu] = process.argv.slice(2);
const entry = createRequire(resolve(app, 'package.json')).resolve('node-llama-cpp');
const { getLlama } = await import(pathToFileURL(entry).href);
const llama = await getLlama({ gpu: gpu === 'off' ? false : gpu, build: 'never', skipDownload: true });
const devices = gpu === 'off' ? [] : await llama.getGpuDeviceNames();
console.log(
  JSON.stringify({ gpu: llama.gpu, build: llama.buildType, release: llama.llamaCppRelease, devices }),
);
await llama.dispose();
if (llama.buildType !== 'localBuild') throw new Error('a prebuilt binary was loaded, not the one just built');
