import type { VerifyReport } from '../commands/verify.ts';
import { github } from './verify-github.ts';
import { junit } from './verify-junit.ts';
import { sarif } from './verify-sarif.ts';
import type { FormatOptions } from './verify-shown.ts';
import { text } from './verify-text.ts';

/** How reports can be written, and by what. `json` is the document of `--json`, which is written elsewhere. */
const FORMATS = { text, junit, sarif, github } as const satisfies Record<
  string,
  (reports: readonly VerifyReport[], options: FormatOptions) => string
>;

export type VerifyFormat = keyof typeof FORMATS;

export const VERIFY_FORMATS: readonly string[] = ['text', 'json', 'junit', 'sarif', 'github'];

/** The text of reports in a format; it ends with a newline, if there is any. */
export function formatReports(
  format: VerifyFormat,
  reports: readonly VerifyReport[],
  options: FormatOptions,
): string {
  return FORMATS[format](reports, options);
}
