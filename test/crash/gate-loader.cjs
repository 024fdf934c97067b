/**
 * Runs the bundle beside it, `gate-child.cjs`, from V8's cache of its compiled code where there is one: compiling costs a third
 * of what a gate that is soon killed costs altogether. Without a cache it makes one when it ends by itself.
 */
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { Script, constants } = require('node:vm');

const file = path.join(__dirname, 'gate-child.cjs');
const cache = `${file}.cache`;
const script = new Script(Module.wrap(readFileSync(file, 'utf8')), {
  filename: file,
  cachedData: existsSync(cache) ? readFileSync(cache) : undefined,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
if (!existsSync(cache)) process.once('exit', () => writeFileSync(cache, script.createCachedData()));
const bundle = new Module(file, module);
script.runInThisContext()(bundle.exports, Module.createRequire(file), bundle, file, __dirname);
