/** Loaded before a worker, it makes each world draw from real chance, as a forgotten `Math.random()` would. */
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith('/simulator/kernel/random.ts')) return loaded;
    return { ...loaded, source: String(loaded.source).replace(/hash\(`[^`]*`\)/, 'Math.random() * 2 ** 32') };
  },
});
