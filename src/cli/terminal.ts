import type { Progress } from '../commands/environment.ts';
import type { ProcessIo } from '../io/process-io.ts';
import type { ProgressMeter } from '../io/progress-meter.ts';
import { describeFailure, failureLine, failureTrace } from './failure.ts';
import type { ZonewrightError } from '../errors.ts';

export interface TalkOptions {
  readonly color: boolean;
  readonly quiet: boolean;
  /** Whether the command reports progress at all. */
  readonly progress: boolean;
}

/** What is said to the person at the terminal, all of it on standard error. */
export interface Talk {
  /** Tells what went wrong, and what to do next. Returns it as an error of ours. */
  failure(error: unknown): ZonewrightError;
  warning(message: string, hint?: string): void;
  /** What is good to know; `--quiet` turns it off. */
  note(text: string): void;
  progress(progress: Progress): void;
  /** Takes the progress display away and waits until everything is out. */
  finish(): Promise<void>;
}

type Paint = (text: string) => string;

const plain: Paint = (text) => text;

/** Colour and progress exist on a terminal only; elsewhere the libraries for them are not even loaded. */
export async function createTalk(
  { stderr, variables }: Pick<ProcessIo, 'stderr' | 'variables'>,
  { color, quiet, progress: reportsProgress }: TalkOptions,
): Promise<Talk> {
  const isSet = (name: string): boolean => (variables[name] ?? '') !== '';
  const lively = stderr.isTerminal && color && !quiet && !isSet('NO_COLOR') && variables['TERM'] !== 'dumb';
  const paint = lively ? await loadPaint() : { red: plain, yellow: plain, dim: plain };
  const meter = lively && reportsProgress ? await loadMeter(stderr) : undefined;
  const pending: Promise<void>[] = [];
  const write = (text: string): void => {
    meter?.clear();
    // Where standard error cannot be written, nobody can be told so.
    pending.push(stderr.write(`${text}\n`).catch(() => undefined));
  };
  const writeHint = (hint: string | undefined): void => {
    if (hint !== undefined) write(paint.dim(`  hint: ${hint}`));
  };

  return {
    failure(error) {
      meter?.stop();
      const failure = describeFailure(error);
      for (const each of [failure, ...failure.further]) {
        write(`${paint.red('zonewright:')} ${failureLine(each)}`);
        writeHint(each.hint);
      }
      if (variables['ZONEWRIGHT_DEBUG'] === '1') write(failureTrace(error));
      return failure;
    },
    warning(message, hint) {
      write(`zonewright: ${paint.yellow('warning:')} ${message}`);
      writeHint(hint);
    },
    note(text) {
      if (!quiet) write(text);
    },
    progress: (progress) => meter?.show(progress),
    async finish() {
      meter?.stop();
      await Promise.all(pending.splice(0));
    },
  };
}

async function loadPaint(): Promise<Record<'red' | 'yellow' | 'dim', Paint>> {
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return { red: chalk.red.bold, yellow: chalk.yellow, dim: chalk.dim };
}

async function loadMeter({ stream }: ProcessIo['stderr']): Promise<ProgressMeter> {
  const meter = await import('../io/progress-meter.ts');
  return new meter.ProgressMeter(stream);
}
