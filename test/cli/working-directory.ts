import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach } from '@jest/globals';
import { temporaryDirectory } from '../support/workspace.ts';

const home = process.cwd();

afterEach(() => process.chdir(home));

/** Makes a new empty folder the working directory until the test ends, with these files in it. */
export function workIn(files: Readonly<Record<string, string>> = {}): string {
  const directory = temporaryDirectory();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), content);
  }
  process.chdir(directory);
  return directory;
}

/** A small zone, example.com. */
export const SMALL_ZONE = `$ORIGIN example.com.
$TTL 3600
@    SOA ns1 hostmaster 1 7200 3600 1209600 300
     NS  ns1
ns1  A   192.0.2.1
www  A   192.0.2.2
`;
