/** @type {import('jest').Config} */
export default {
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testEnvironment: 'node',
  // None of the tests is meant to be slow, but machines may be busy.
  testTimeout: 240_000,
  maxWorkers: 2,
  watchman: false,
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2022',
          transform: { verbatimModuleSyntax: true },
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  // What the run says and leaves behind is recorded, and searched for its secrets by the reporter of the totals.
  globalSetup: '<rootDir>/test/support/leaks/begin-record.mjs',
  setupFilesAfterEnv: ['<rootDir>/test/support/leaks/setup.ts'],
  reporters: ['default', '<rootDir>/test/support/totals-reporter.mjs'],
  // Counts statements. The v8 provider has the right lines as well, but calls comments and interfaces covered
  // and a file of types uncovered; it was no faster on a loop over bytes.
  coverageProvider: 'babel',
  collectCoverageFrom: ['src/**/*.ts'],
  coverageReporters: ['text', 'lcov', 'json-summary'],
  coverageThreshold: { global: { lines: 90 } },
};
