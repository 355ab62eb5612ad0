import { expect, test } from '@jest/globals';
import { withFilesKept } from '../../src/keys/files-kept.ts';
import { MemoryFiles } from './memory-files.ts';

/** Files in memory that take down what they are asked for. */
class CountedFiles extends MemoryFiles {
  readonly asked: string[] = [];

  override read(path: string): Promise<Uint8Array> {
    this.asked.push(`read ${path}`);
    return super.read(path);
  }

  override status(path: string): ReturnType<MemoryFiles['status']> {
    this.asked.push(`status ${path}`);
    return super.status(path);
  }
}

test('a file is looked at once, and every answer is that of the store', async () => {
  const files = new CountedFiles();
  files.put('a', 'text');
  const kept = withFilesKept(files);
  for (let time = 0; time < 3; time++) {
    expect(new TextDecoder().decode(await kept.read('a'))).toBe('text');
    expect(await kept.status('a')).toMatchObject({ kind: 'file', size: 4 });
    expect(await kept.status('none')).toBeUndefined();
    await expect(kept.read('none')).rejects.toMatchObject({ code: 'file/not-found' });
  }
  expect(files.asked).toEqual(['read a', 'status a', 'status none', 'read none']);
});
