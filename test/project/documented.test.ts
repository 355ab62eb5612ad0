import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import ts from 'typescript';

/** The exported functions and classes of a source file that have no docstring. */
function undocumented(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
  return source.statements.flatMap((statement) => {
    if (!ts.isFunctionDeclaration(statement) && !ts.isClassDeclaration(statement)) return [];
    const isExported = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
    const isDocumented = ts.getJSDocCommentsAndTags(statement).length > 0;
    return isExported && !isDocumented ? [`${file}: ${statement.name?.text ?? 'default'}`] : [];
  });
}

test('every exported function and class has a docstring', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  expect(sources.length).toBeGreaterThan(100);
  expect(sources.flatMap((name) => undocumented(path.join('src', name)))).toEqual([]);
});
