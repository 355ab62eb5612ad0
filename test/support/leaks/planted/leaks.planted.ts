import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from '@jest/globals';
import { inputError } from '../../../../src/errors.ts';
import { runInProcess } from '../../../cli/in-process.ts';
import { runProcess } from '../../run-process.ts';
import { temporaryDirectory } from '../../workspace.ts';
import { plantedSecret } from './private-key.ts';

test('output of a process', async () => {
  await runProcess('echo', [], { stdin: '' });
  await runProcess('cat', [], { stdin: `within ${plantedSecret().toString('hex')} more` });
});

test('output in this process', async () => {
  const { stdout } = { stdout: plantedSecret().toString('base64') };
  await runInProcess(['ds', stdout]);
});

test('a state file', () => {
  const directory = temporaryDirectory();
  mkdirSync(path.join(directory, 'keys'));
  const text = JSON.stringify({ secret: [...plantedSecret()] });
  writeFileSync(path.join(directory, 'keys/example.com.state.json'), text);
});

test('an error', () => {
  inputError('test/planted', 'something', { cause: { secret: plantedSecret() } });
});

test('a passphrase', async () => {
  const env = { ZONEWRIGHT_PASSPHRASE: 'a planted word' };
  await runProcess('sh', ['-c', 'echo "it is $ZONEWRIGHT_PASSPHRASE" >&2'], { env });
});
