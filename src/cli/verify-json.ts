import type { VerifyReport } from '../commands/verify.ts';
import { printTime } from '../dns/time.ts';
import { describeFinding } from '../dnssec/verify/findings.ts';
import type { FailureObject } from './failure.ts';
import { countBySeverity, shownFindings, type FormatOptions, type ShownFinding } from './verify-shown.ts';

/** A zone in `schemas/verify.schema.json`. */
export function verifyDocument(
  result: VerifyReport | { readonly error: FailureObject },
  options: FormatOptions,
): object {
  if ('error' in result) return result;
  const { time, firstExpiry, findings: _findings, causes: _causes, chain: _chain, ...rest } = result;
  const findings = shownFindings(result, options);
  return {
    ...rest,
    time: printTime(time),
    counts: countBySeverity(findings),
    ...(firstExpiry === undefined
      ? {}
      : { firstExpiry: { ...firstExpiry, time: printTime(firstExpiry.time) } }),
    findings: findings.map(findingDocument),
  };
}

function findingDocument(shown: ShownFinding): object {
  const { meaning: _meaning, cure, examples, includes, ...finding } = shown;
  return {
    ...finding,
    ...(examples.length === 0 ? {} : { examples }),
    ...(includes.length === 0 ? {} : { includes }),
    message: describeFinding(shown),
    ...(cure === '' ? {} : { hint: cure }),
  };
}
