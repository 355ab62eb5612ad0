import { describe, test } from '@jest/globals';

/** The part of Jest that registers suites; the tests of this file hand in their own. */
export interface Registrar {
  describe(title: string, body: () => void): void;
  test(title: string, body: () => void): void;
  skip(title: string): void;
}

const jestRegistrar: Registrar = {
  describe: (title, body) => describe(title, body),
  test: (title, body) => test(title, body),
  skip: (title) => test.skip(title, () => undefined),
};

export interface GuardedSuite {
  readonly title: string;
  /** What the suite needs and this machine lacks; the suite runs when nothing is missing. */
  readonly missing: readonly string[];
  /** How to get it. */
  readonly remedy: string;
  readonly body: () => void;
}

/**
 * Registers a suite that needs something from outside. What is missing is never passed over in silence:
 * it is a failure under `CI=true`, and a skipped test with a loud title elsewhere.
 */
export function guardedSuite(
  { title, missing, remedy, body }: GuardedSuite,
  underCi = process.env['CI'] === 'true',
  registrar = jestRegistrar,
): void {
  if (missing.length === 0) {
    registrar.describe(title, body);
    return;
  }
  const complaint = `MISSING ${missing.join(', ')}: ${remedy}`;
  registrar.describe(title, () => {
    if (underCi) {
      registrar.test(complaint, () => {
        throw new Error(complaint);
      });
    } else {
      registrar.skip(complaint);
    }
  });
}
