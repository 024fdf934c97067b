import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/config.ts';

/** Folder of the built browser app; builds it first where the build is missing or older than its source. */
export function builtApp(): string {
  const folder = join(PROJECT_ROOT, 'dist/web');
  const index = join(folder, 'index.html');
  const source = join(PROJECT_ROOT, 'src/web');
  if (!existsSync(index) || statSync(index).mtimeMs < newest(source)) {
    execFileSync(
      process.execPath,
      [
        join(PROJECT_ROOT, 'node_modules/vite/bin/vite.js'),
        'build',
        '--config',
        join(source, 'vite.config.ts'),
      ],
      // Under the test runner's own setting Vite would build React for development.
      { cwd: PROJECT_ROOT, stdio: 'pipe', env: { ...process.env, NODE_ENV: 'production' } },
    );
  }
  return folder;
}

function newest(folder: string): number {
  return Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );
}
