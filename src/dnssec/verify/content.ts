import { checkZone, type ZoneProblem } from '../../zone/checks.ts';
import { checkAliases } from './content/aliases.ts';
import { checkNames } from './content/names.ts';
import { checkNameServers } from './content/name-servers.ts';
import { checkNullMx } from './content/null-mx.ts';
import { checkSoa } from './content/soa.ts';
import { checkSpf } from './content/spf.ts';
import type { VerifyContext } from './context.ts';

/** Rules about zones that verification of a signed zone has more to say about. */
const TOLD_BY_OTHERS = new Set([
  'zone/no-soa',
  'zone/several-soas',
  'zone/no-ns',
  'zone/mixed-ttls',
  'zone/ds-at-apex',
  'zone/ds-without-delegation',
  'zone/cds-without-key',
  'zone/cds-delete-not-alone',
  'zone/weak-ds',
]);

/** Rules that servers load no zone against; what breaks others validates all the same. */
const KEEPS_FROM_LOADING = new Set([
  'zone/soa-not-at-apex',
  'zone/cname-and-other-data',
  'zone/singleton',
  'zone/dname-and-ns',
  'zone/record-too-large',
  'zone/nsec3-hash-length',
]);

/** What is checked of any zone, and never keeps one from being signed. */
const CONTENT_CHECKS = [checkNameServers, checkSoa, checkNames, checkAliases, checkNullMx, checkSpf];

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Checks the content of a signed zone beside DNSSEC. What validates is no error, unless servers do not load it. */
export function checkSignedContent(context: VerifyContext): void {
  for (const problem of checkZone(context.zone, { limit: NO_LIMIT })) {
    if (TOLD_BY_OTHERS.has(problem.code)) continue;
    const severity = KEEPS_FROM_LOADING.has(problem.code) ? problem.severity : 'warning';
    addProblem(context, { ...problem, severity });
  }
  for (const check of CONTENT_CHECKS) check(context);
}

/** Checks the content of a zone before it is signed. */
export function checkUnsignedContent(context: VerifyContext): void {
  for (const problem of checkZone(context.zone, { limit: NO_LIMIT })) addProblem(context, problem);
  for (const record of context.options.outOfZone ?? []) {
    const { names, owners, types } = context.zone.store;
    context.report('zone/out-of-zone', { owner: names.view(owners[record]!), type: types[record]!, record });
  }
  for (const check of CONTENT_CHECKS) check(context);
}

function addProblem(context: VerifyContext, problem: ZoneProblem): void {
  const { code, severity, message, location, owner, type = 'ANY', hint = '', reference } = problem;
  context.findings.push({
    code,
    severity,
    owner,
    type,
    found: '',
    expected: '',
    reference,
    meaning: message,
    cure: hint,
    ...(location === undefined ? {} : { location }),
  });
}
