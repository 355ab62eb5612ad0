import type { Progress } from '../commands/environment.ts';
import type { ProcessIo } from '../io/process-io.ts';
import type { ProgressMeter } from '../io/progress-meter.ts';

export interface TalkOptions {
  readonly color: boolean;
  readonly quiet: boolean;
  /** Whether the command reports progress at all. */
  readonly progress: boolean;
}

/** What is said to the person at the terminal, all of it on standard error. */
export interface Talk {
  /** A line about a failure, and one about what to do next. */
  error(lines: readonly string[]): Promise<void>;
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
  const lively = stderr.isTerminal && !quiet && variables['TERM'] !== 'dumb';
  const colored = lively && color && (variables['NO_COLOR'] ?? '') === '';
  const paint = colored ? await loadPaint() : { red: plain, yellow: plain, dim: plain };
  const meter = colored && reportsProgress ? await loadMeter(stderr) : undefined;
  const pending: Promise<void>[] = [];
  const write = (text: string): void => {
    meter?.clear();
    pending.push(stderr.write(text).catch(() => undefined));
  };
  const finish = async (): Promise<void> => {
    meter?.stop();
    await Promise.all(pending.splice(0));
  };

  return {
    async error([first = '', ...rest]) {
      meter?.stop();
      write(
        [`${paint.red('zonewright:')} ${first}`, ...rest.map((line) => paint.dim(`  ${line}`)), ''].join(
          '\n',
        ),
      );
      await finish();
    },
    warning(message, hint) {
      write(`zonewright: ${paint.yellow('warning:')} ${message}\n`);
      if (hint !== undefined) write(`${paint.dim(`  hint: ${hint}`)}\n`);
    },
    note(text) {
      if (!quiet) write(`${text}\n`);
    },
    progress: (progress) => meter?.show(progress),
    finish,
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
