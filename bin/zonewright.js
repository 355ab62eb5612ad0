#!/usr/bin/env node
import { existsSync } from 'node:fs';

// Many small zones wait for the disk at the same time; the pool of four that Node has by default would let them queue.
process.env.UV_THREADPOOL_SIZE ??= '16';

const program = new URL('../dist/main.js', import.meta.url);

if (existsSync(program)) {
  const { main } = await import(program.href);
  await main(process.argv);
} else {
  process.stderr.write('zonewright: the program is not built yet: run `npm run build`\n');
  process.exitCode = 70;
}
