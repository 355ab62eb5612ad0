// Writes man/zonewright*.1 from the definitions of the commands. Pages are not kept in the repository: packing makes them.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadScript } from './load-script.mjs';

const directory = fileURLToPath(new URL('../man', import.meta.url));
const { SOURCE_DATE_EPOCH: epoch } = process.env;

const { manPages } = await loadScript('man-pages');
const pages = await manPages(epoch === undefined ? new Date() : new Date(Number(epoch) * 1000));
await rm(directory, { recursive: true, force: true });
await mkdir(directory);
await Promise.all([...pages].map(([name, text]) => writeFile(path.join(directory, name), text)));
console.log(`man: ${pages.size} pages`);
