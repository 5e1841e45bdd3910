import { defineConfig } from 'vite';

/** Builds the page that node-agent serves. Relative base: it must also work behind a path prefix (kubectl proxy, ingress). */
export default defineConfig({
  root: 'src/web',
  base: './',
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    // The first browsers with light-dark() and nested colour functions, spring 2024.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // An inlined asset would need `data:` in the agent's content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': 'http://127.0.0.1:7676' } },
});
