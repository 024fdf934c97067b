import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The browser app, built into `dist/web` and served by the gate below `/app/`. */
export default defineConfig({
  base: '/app/',
  root: import.meta.dirname,
  plugins: [react()],
  html: { cspNonce: '__NONCE__' },
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // Inlined assets would be data: URLs, which the page's policy does not allow for scripts and fonts.
    assetsInlineLimit: 0,
    manifest: true,
    chunkSizeWarningLimit: 1200,
  },
});
