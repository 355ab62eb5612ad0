import type { KeyReport, RolloverReport, StepReport, Task, ZoneStatus } from '../commands/status-report.ts';
import { algorithmLabel } from '../dnssec/algorithms.ts';
import { formatDs } from './ds-formats.ts';
import type { Palette, ScreenStyle } from './screen.ts';
import { REPORT_LEAD, answer, dsTitle, problemLine, relative, stepTurn } from './status-words.ts';
import { columnsOf, folded } from './text-layout.ts';
import { printDate, printMinute } from './timeline-axis.ts';
import { eventLines } from './timeline-events.ts';
import { timelineText } from './timeline-text.ts';

/** How many dates are listed. */
const NEXT_EVENTS = 8;

/** Everything about a zone, for a person: the answer first, then what it rests on. */
export function statusText(status: ZoneStatus, style: ScreenStyle): string {
  const { now } = status.timeline;
  const { paint } = style;
  const parts = [
    head(status, style, now),
    ['', ...section('Keys', keyLines(status, now), paint)],
    status.timeline.lanes.length === 0 ? [] : ['', ...timelineText(status.timeline, style)],
    ...status.rollovers.map((rollover) => ['', ...rolloverLines(rollover, status.task, style, now)]),
    ...dsBlocks(status, style),
    events(status, style),
    ['', ...section('Signatures', signatureLines(status, style.width, now), paint)],
    notes(status, style),
  ];
  return `${parts.flat().join('\n')}\n`;
}

function head(status: ZoneStatus, { width, paint }: ScreenStyle, now: number): string[] {
  const { zone, health, task, problems } = status;
  const color = { ok: paint.good, warning: paint.warn, critical: paint.bad }[health];
  const [first = '', ...rest] = folded(`${zone} ${answer(status, now)}`, width, '  ');
  const start = `${zone} ${health.toUpperCase()}`;
  const colored = first.startsWith(start)
    ? `${paint.strong(zone)} ${color(health.toUpperCase())}${first.slice(start.length)}`
    : first;
  return [
    colored,
    ...rest,
    ...commandLines(task, '  ', paint),
    ...problems
      .slice(1)
      .flatMap((problem) => [
        ...folded(`- ${problemLine(problem)}; ${problem.todo ?? ''}`, width - 2, '  ').map(
          (line) => `  ${line}`,
        ),
        ...commandLines(problem, '    ', paint),
      ]),
  ];
}

function commandLines(task: Task | undefined, indent: string, paint: Palette): string[] {
  if (task?.nextCommand === undefined) return [];
  const lead = task.isReport === true ? [`${indent}${REPORT_LEAD}`] : [];
  return [...lead, `${indent}${paint.strong(task.nextCommand)}`];
}

function section(title: string, lines: readonly string[], paint: Palette): string[] {
  return [paint.strong(title), ...lines.map((line) => `  ${line}`.trimEnd())];
}

function keyLines({ keys }: ZoneStatus, now: number): string[] {
  const shown = keys.filter(({ isPurged }) => !isPurged);
  if (shown.length === 0) return ['none'];
  const rows = shown.map((key) => [
    key.role.toUpperCase(),
    String(key.keyTag),
    algorithmLabel(key.algorithm),
    key.state,
    key.since === undefined ? '' : printDate(key.since),
    key.since === undefined ? '' : age(now - key.since),
    nextText(key, now),
  ]);
  return columnsOf([['ROLE', 'TAG', 'ALGORITHM', 'STATE', 'SINCE', 'AGE', 'NEXT'], ...rows]);
}

function age(seconds: number): string {
  const days = Math.floor(seconds / 86400);
  return days > 0 ? `${days}d` : `${Math.floor(seconds / 3600)}h`;
}

function nextText({ next, hasPrivate, isElsewhere, state }: KeyReport, now: number): string {
  const when = next === undefined || next.at <= now ? 'next' : printDate(next.at);
  const what = next === undefined ? '' : `${next.state} ${when}`;
  const where = isElsewhere ? 'private key elsewhere' : 'no private key';
  return hasPrivate || state === 'removed' ? what : `${where}${what === '' ? '' : `; ${what}`}`;
}

function rolloverLines(
  { title, started, steps, task }: RolloverReport,
  told: Task | undefined,
  style: ScreenStyle,
  now: number,
): string[] {
  const { paint, width } = style;
  const lines = columnsOf(
    steps.map((step) => [
      stepMark(step, style, now),
      step.does,
      step.at === undefined ? '' : stepDate(step, now),
    ]),
  );
  return [
    ...section(`${title}, since ${printMinute(started)}`, lines, paint),
    ...folded(task.what, width - 2, '').map((line) => `  ${line}`),
    ...(task.deadline === undefined
      ? []
      : [`  due ${printMinute(task.deadline)}, ${relative(task.deadline, now)}`]),
    ...(task === told ? [] : commandLines(task, '  ', paint)),
  ];
}

function stepMark(step: StepReport, { unicode }: ScreenStyle, now: number): string {
  const sign = unicode ? { done: '✓ ', now: '▶ ', 'to come': '· ' }[step.state] : '';
  return `${sign}${stepTurn(step, now)}`;
}

function stepDate({ at = 0 }: StepReport, now: number): string {
  return at <= now ? '' : printDate(at);
}

function dsBlocks(status: ZoneStatus, { paint, width }: ScreenStyle): string[][] {
  const { ds } = status;
  const block = (title: string, text: string): string[] => [
    '',
    paint.strong(title),
    ...text
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`.trimEnd()),
  ];
  return [
    ...(['add', 'remove'] as const)
      .filter((change) => ds[change].length > 0)
      .map((change) => block(dsTitle(change, status), formatDs('registrar', ds[change], {}))),
    ...(ds.unsafe === undefined
      ? []
      : [['', ...folded(`No DS can be given to the parent yet: ${ds.unsafe}`, width, '  ')]]),
  ];
}

function events({ timeline }: ZoneStatus, { paint, width }: ScreenStyle): string[] {
  if (timeline.plan.length === 0) return [];
  return ['', ...section('Next', eventLines(timeline, NEXT_EVENTS, width - 2), paint)];
}

function signatureLines(
  { firstExpiration, missedRunsSurvived = 0, serial }: ZoneStatus,
  width: number,
  now: number,
): string[] {
  if (firstExpiration === undefined) return ['none known'];
  const runs = `${missedRunsSurvived} nightly ${missedRunsSurvived === 1 ? 'run' : 'runs'} in a row may fail`;
  const text = `the first expires ${printMinute(firstExpiration)}, ${relative(firstExpiration, now)}: ${runs}`;
  return [...folded(text, width - 2, '  '), ...(serial === undefined ? [] : [`serial ${serial}`])];
}

function notes({ drift, notifications, lastError }: ZoneStatus, { paint, width }: ScreenStyle): string[] {
  const fold = (text: string): string[] => folded(text, width - 2, '  ');
  const part = (title: string, texts: readonly string[]): string[] =>
    texts.length === 0 ? [] : ['', ...section(title, texts.flatMap(fold), paint)];
  return [
    ...part(
      'State, keys and zone differ',
      drift.map(({ severity, what }) => `${severity}: ${what}`),
    ),
    ...part(
      'Undelivered notifications',
      notifications.map(
        ({ type, target, attempts, error }) =>
          `${type} to ${target}: ${attempts === 0 ? 'not tried yet' : `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`}${error === undefined ? '' : `, ${error}`}`,
      ),
    ),
    ...part(
      'Last error',
      lastError === undefined
        ? []
        : [`${printMinute(lastError.time)}: ${lastError.message} (${lastError.code})`],
    ),
  ];
}
