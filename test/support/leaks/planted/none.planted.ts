import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from '@jest/globals';
import { inputError } from '../../../../src/errors.ts';
import { runProcess } from '../../run-process.ts';
import { temporaryDirectory } from '../../workspace.ts';
import { plantedSecret } from './private-key.ts';

const PASSPHRASE = 'a word for the files';

test('keeps its secrets', async () => {
  const secret = plantedSecret().toString('base64');
  const directory = temporaryDirectory();
  writeFileSync(path.join(directory, 'words'), `${PASSPHRASE}\n`);
  writeFileSync(path.join(directory, 'K.private'), `Private-key-format: v1.3\nPrivateKey: ${secret}\n`);
  inputError('test/planted', 'nothing of it');
  await runProcess('echo', ['--passphrase-file', 'words'], { cwd: directory });
});
