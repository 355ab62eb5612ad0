import type { ProcessIo } from '../io/process-io.ts';

type Paint = (text: string) => string;

const plain: Paint = (text) => text;

/** Colours by what they mean. Nothing is said by colour alone. */
export interface Palette {
  readonly good: Paint;
  readonly warn: Paint;
  readonly bad: Paint;
  readonly info: Paint;
  readonly strong: Paint;
  readonly dim: Paint;
}

const PLAIN: Palette = { good: plain, warn: plain, bad: plain, info: plain, strong: plain, dim: plain };

/** How text for a person is written on standard output. */
export interface ScreenStyle {
  /** Columns. */
  readonly width: number;
  /** Whether a person looks at it now: else nothing needs to be cut. */
  readonly isTerminal: boolean;
  /** Whether more than ASCII can be shown. */
  readonly unicode: boolean;
  readonly paint: Palette;
}

/** Columns of a terminal that does not say how wide it is, and of files. */
const DEFAULT_WIDTH = 80;
const MIN_WIDTH = 40;
/** Wider, and the eye loses the line. */
const MAX_WIDTH = 200;

/** What standard output can show: width and locale, and colours on a terminal where nobody turned them off. */
export async function screenStyle(
  { stdout, variables }: Pick<ProcessIo, 'stdout' | 'variables'>,
  allowsColor: boolean,
): Promise<ScreenStyle> {
  const isSet = (name: string): boolean => (variables[name] ?? '') !== '';
  const locale = variables['LC_ALL'] || variables['LC_CTYPE'] || variables['LANG'] || '';
  const width = Number(variables['COLUMNS']) || stdout.columns || DEFAULT_WIDTH;
  const isColored = stdout.isTerminal && allowsColor && !isSet('NO_COLOR') && variables['TERM'] !== 'dumb';
  return {
    width: Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width)),
    isTerminal: stdout.isTerminal,
    unicode: /utf-?8/i.test(locale),
    paint: isColored ? await loadPalette() : PLAIN,
  };
}

async function loadPalette(): Promise<Palette> {
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return {
    good: chalk.green,
    warn: chalk.yellow,
    bad: chalk.red.bold,
    info: chalk.cyan,
    strong: chalk.bold,
    dim: chalk.dim,
  };
}
