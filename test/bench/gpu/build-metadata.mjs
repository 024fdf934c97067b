// What node-llama-cpp keeps beside a local build: node build-metadata.mjs APP cuda|off
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [app, gpu] = process.argv.slice(2);
const folder = resolve(app, 'node_modules/node-llama-cpp');
const { getPlatformInfo } = await import(
  pathToFileURL(resolve(folder, 'dist/bindings/utils/getPlatformInfo.js')).href
);
const { release } = JSON.parse(readFileSync(resolve(folder, 'llama/binariesGithubRelease.json'), 'utf8'));
console.log(
  JSON.stringify({
    buildOptions: {
      customCmakeOptions: {},
      progressLogs: true,
      platform: 'linux',
      platformInfo: await getPlatformInfo(),
      arch: 'x64',
      gpu: gpu === 'off' ? false : gpu,
      llamaCpp: { repo: 'ggml-org/llama.cpp', release },
    },
  }),
);
