import { defineConfig } from 'vite';

const api = process.env['REPLENISH_SERVER'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
    base: '/inventory-forecasting/',
    build: {
        outDir: process.env['DASHBOARD_OUT'] ?? '../target/dashboard',
        emptyOutDir: true,
        target: 'es2022',
        // Nothing may be inlined as data: URLs in scripts or styles: the content security policy is strict.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
    },
    // `npm run dev` shows the sources; everything else comes from a server that runs already.
    server: { proxy: { '/graphql': api, '/health': api } },
});
