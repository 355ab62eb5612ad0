// Makes keys for a zone, signs it, prints the DS for its parent and verifies the result, in ./demo.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = path.join(root, 'demo');

rmSync(directory, { recursive: true, force: true });
mkdirSync(directory);
cpSync(path.join(root, 'fixtures/demo/example.com.zone'), path.join(directory, 'example.com.zone'));

console.log('$ cd demo');
for (const args of [
  ['keygen', 'example.com'],
  ['sign', 'example.com.zone'],
  ['ds', 'example.com'],
  ['ds', 'example.com', '--format', 'registrar'],
  ['verify', 'example.com.zone.signed'],
  ['sign', 'example.com.zone'],
]) {
  console.log(`\n$ zonewright ${args.join(' ')}`);
  const { status, error } = spawnSync(process.execPath, [path.join(root, 'bin/zonewright.js'), ...args], {
    cwd: directory,
    stdio: 'inherit',
  });
  if (status !== 0) {
    console.error(
      `\nThe demonstration failed: this command ended with ${error?.message ?? `exit status ${status}`}.`,
    );
    process.exit(1);
  }
}

console.log('\nThe files are in ./demo:');
for (const file of readdirSync(directory, { recursive: true }).sort()) console.log(`  demo/${file}`);
