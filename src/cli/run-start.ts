import { run } from './run.ts';
import { createStartProgram } from './start-program.ts';

await run(createStartProgram);
