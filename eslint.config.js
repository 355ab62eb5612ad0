import { builtinModules } from 'node:module';
import path from 'node:path';
import { defineConfig } from 'eslint/config';
import prettier from 'eslint-config-prettier';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/**
 * The layers of src/, lowest first: a layer imports itself and the layers above its line here, nothing else.
 * `io` stands aside: it implements what the core declares, and only `cli` and `library` know it.
 */
const layers = ['errors.ts', 'dns', 'rr', 'zone', 'dnssec', 'keys', 'rollover', 'commands', 'cli'];

const core = layers.slice(0, layers.indexOf('cli'));
const belowCommands = layers.slice(0, layers.indexOf('commands'));

/** What each part of src/ may import, derived from the one table above. */
const mayImport = [
  ...layers.map((layer, index) => ({
    part: layer,
    allowed: [...layers.slice(0, index + 1), ...(layer === 'cli' ? ['io'] : [])],
  })),
  { part: 'io', allowed: [...belowCommands, 'commands/environment.ts', 'io'] },
  { part: 'library', allowed: [...belowCommands, 'io', 'library'] },
];

const importDirection = [
  ...mayImport.map(({ part, allowed }) => ({
    target: `./src/${part}`,
    from: './src',
    except: allowed.map((name) => `./${name}`),
    message: `src/${part} may import ${allowed.join(', ')} only.`,
  })),
  {
    target: `./src/!(${[...layers, 'io', 'library'].join('|')}){,/**}`,
    from: './src',
    message: 'This part of src/ is in no layer: add it to the table in eslint.config.js.',
  },
];

/**
 * Resolves relative imports by their spelling alone. Sources name files with their `.ts` extension, so nothing
 * has to be looked up, and a forbidden import is reported even when its file does not exist (yet).
 */
const spelledResolver = {
  interfaceVersion: 3,
  name: 'as-spelled',
  resolve: (source, file) =>
    source.startsWith('.')
      ? { found: true, path: path.resolve(path.dirname(file), source) }
      : { found: true, path: null },
};

const coreFiles = core.map((layer) => (layer.endsWith('.ts') ? `src/${layer}` : `src/${layer}/**/*.ts`));
const machine = 'The core does not know the machine: take it from the environment that the command is given.';
const theTime = 'The core does not read the clock: `now` is an argument.';

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'demo/', 'bench/work/', 'fixtures/'] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },

  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [spelledResolver] },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Indexes into typed arrays are checked by the loops around them.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // An implementation of an asynchronous interface need not wait for anything.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },

  {
    files: ['src/**/*.ts'],
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: importDirection }],
    },
  },
  {
    files: coreFiles,
    rules: {
      'no-console': 'error',
      'no-restricted-imports': [
        'error',
        {
          paths: [
            ...builtinModules.map((name) => ({ name, message: machine })),
            ...['chalk', 'ora', 'commander', 'cosmiconfig'].map((name) => ({
              name,
              message: 'This belongs to src/cli or src/io.',
            })),
          ],
          patterns: [{ regex: '^node:', message: machine }],
        },
      ],
      'no-restricted-globals': [
        'error',
        ...['process', 'fetch', 'performance'].map((name) => ({ name, message: machine })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: theTime },
        {
          object: 'Math',
          property: 'random',
          message: 'The core does not roll dice: take random bytes as an argument.',
        },
        { object: 'globalThis', property: 'process', message: machine },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: theTime },
        { selector: 'CallExpression[callee.name="Date"]', message: theTime },
        { selector: 'ImportExpression[source.value=/^node:/]', message: machine },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A test may hand over a malformed object on purpose and compare what comes back.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
  },
  prettier,
);
