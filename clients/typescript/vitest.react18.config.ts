// The tests of the React part once more, with React 18 (react18/package.json).
import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

const installed = fileURLToPath(new URL('./react18/node_modules/', import.meta.url));

export default mergeConfig(
  base,
  defineConfig({
    resolve: {
      alias: [
        { find: /^(react|react-dom)$/, replacement: `${installed}$1/index.js` },
        { find: /^(react|react-dom)\/(.*)$/, replacement: `${installed}$1/$2.js` },
        { find: /^@testing-library\/react$/, replacement: `${installed}@testing-library/react/dist/index.js` },
        { find: /^streamdown$/, replacement: `${installed}streamdown/dist/index.js` },
      ],
    },
    test: { env: { BELAY_REACT: '18' } },
  }),
);
