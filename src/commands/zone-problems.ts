import { inputError, ZonewrightError } from '../errors.ts';
import { typeName } from '../rr/registry.ts';
import type { ZoneProblem } from '../zone/checks.ts';
import type { Environment } from './environment.ts';

/** Tells warnings; the first error is thrown and carries the others. */
export function reportProblems(problems: readonly ZoneProblem[], environment: Environment): void {
  const errors: ZonewrightError[] = [];
  for (const { code, severity, message, location, hint, more } of problems) {
    const text = more === undefined || more === 0 ? message : `${message} (and ${more} more like it)`;
    if (severity === 'error') errors.push(inputError(code, text, { location, hint }));
    else
      environment.warn(
        location === undefined ? text : `${location.file}:${location.line ?? 1}: ${text}`,
        hint,
      );
  }
  const [first, ...further] = errors;
  if (first === undefined) return;
  throw new ZonewrightError(first.kind, first.code, first.message, {
    hint: first.hint,
    location: first.location,
    further,
  });
}

/** Tells which records of the input signing makes itself: how many of each type. */
export function reportDropped(
  dropped: ReadonlyMap<number, number>,
  file: string,
  environment: Environment,
): void {
  if (dropped.size === 0) return;
  const list = [...dropped].map(([type, count]) => `${count} ${typeName(type)}`).join(', ');
  environment.warn(`${file}: records that signing makes itself were dropped from the input: ${list}`);
}
