#!/usr/bin/env node
'use strict';

// Many zones wait for the disk at the same time; the pool of four threads that Node has by default would let them queue. The pool is there once
// an ES module was read, so this is none.
if (process.argv.includes('--all')) process.env.UV_THREADPOOL_SIZE ??= '16';

import('../dist/main.js').then(
  ({ main }) => main(process.argv),
  (error) => {
    if (!/^Cannot find module '[^']*main\.js'/.test(error.message)) throw error;
    process.stderr.write('zonewright: the program is not built yet: run `npm run build`\n');
    process.exitCode = 70;
  },
);
