import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { cosmiconfigSync, OptionsSync } from 'cosmiconfig';
import { environmentError, usageError, ZonewrightError, type SourceLocation } from '../errors.ts';
import { locateKey } from './config-location.ts';

type CosmiconfigResult = ReturnType<ReturnType<typeof cosmiconfigSync>['search']>;

const PACKAGE_PROPERTY = 'zonewright';

/** Where a configuration is looked for, in this order, in the working directory and then in each directory above. */
const PLACES = [
  '.zonewrightrc',
  '.zonewrightrc.json',
  '.zonewrightrc.yaml',
  '.zonewrightrc.yml',
  'zonewright.config.json',
  'zonewright.config.yaml',
  'zonewright.config.yml',
  'package.json',
];

/** A configuration file that follows its schema. */
export interface ConfigFile {
  /** Absolute. */
  readonly file: string;
  readonly document: Readonly<Record<string, unknown>>;
  /** An error about the value that a path of keys leads to. */
  readonly errorAt: (keys: readonly (string | number)[], problem: string, hint?: string) => ZonewrightError;
}

export interface ConfigRequest {
  readonly workingDirectory: string;
  /** The file that the user named; without it the usual places are searched. */
  readonly file?: string | undefined;
  /** Turns an absolute path into what messages shall show. */
  readonly displayPath: (file: string) => string;
}

/** The configuration file that is in force; undefined where there is none. Nothing in it, or beside it, is executed. */
export async function loadConfigFile(request: ConfigRequest): Promise<ConfigFile | undefined> {
  const found = request.file === undefined ? await search(request) : await load(request, request.file);
  if (found === undefined) return undefined;
  const { file, content } = found;
  const text = readFileSync(file, 'utf8');
  const prefix = path.basename(file) === 'package.json' ? [PACKAGE_PROPERTY] : [];
  const errorAt: ConfigFile['errorAt'] = (keys, problem, hint) => {
    const location = { file: request.displayPath(file), ...locateKey(text, [...prefix, ...keys]) };
    const label = keyPath([...prefix, ...keys]);
    return usageError('configuration/invalid', label === '' ? problem : `${label}: ${problem}`, {
      hint,
      location,
    });
  };
  const { checkConfig } = await import('./config-schema.ts');
  return { file, document: checkConfig(content, errorAt), errorAt };
}

interface Found {
  readonly file: string;
  readonly content: unknown;
}

async function search(request: ConfigRequest): Promise<Found | undefined> {
  // Most runs have no configuration: finding that out must not cost the loading of cosmiconfig.
  const directory = firstDirectory(request.workingDirectory);
  if (directory === undefined) return undefined;
  const cosmiconfig = await import('cosmiconfig');
  const explorer = cosmiconfig.cosmiconfigSync(PACKAGE_PROPERTY, options(request));
  return described(request, undefined, () => explorer.search(directory));
}

async function load(request: ConfigRequest, name: string): Promise<Found> {
  const file = path.resolve(request.workingDirectory, name);
  const cosmiconfig = await import('cosmiconfig');
  const explorer = cosmiconfig.cosmiconfigSync(PACKAGE_PROPERTY, options(request));
  const found = described(request, file, () => explorer.load(file));
  if (found !== undefined) return found;
  throw usageError('configuration/missing', `there is no "${PACKAGE_PROPERTY}" in this file`, {
    location: { file: request.displayPath(file) },
  });
}

/** The first directory that cosmiconfig would search and that has one of the places. */
function firstDirectory(start: string): string | undefined {
  const last = os.homedir();
  for (let directory = path.resolve(start); ; directory = path.dirname(directory)) {
    if (PLACES.some((place) => mayConfigure(path.join(directory, place)))) return directory;
    if (directory === last || directory === path.dirname(directory)) return undefined;
  }
}

function mayConfigure(file: string): boolean {
  if (!existsSync(file)) return false;
  if (path.basename(file) !== 'package.json') return true;
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof content === 'object' && content !== null && PACKAGE_PROPERTY in content;
  } catch {
    // Somebody else's file, which we need not be able to read.
    return false;
  }
}

function options({ displayPath }: ConfigRequest): OptionsSync {
  const refuse = (file: string): never => {
    throw usageError('configuration/executable', 'this is a program, and a configuration is never executed', {
      location: { file: displayPath(file) },
      hint: 'write the configuration as YAML or JSON',
    });
  };
  return { searchPlaces: PLACES, stopDir: os.homedir(), loaders: { '.js': refuse, '.cjs': refuse } };
}

/** Runs cosmiconfig and puts what goes wrong into our own words. */
function described(
  { displayPath }: ConfigRequest,
  file: string | undefined,
  action: () => CosmiconfigResult,
): Found | undefined {
  let result: CosmiconfigResult;
  try {
    result = action();
  } catch (error) {
    throw describedError(error, file, displayPath);
  }
  if (result === null) return undefined;
  return { file: result.filepath, content: result.isEmpty === true ? {} : (result.config as unknown) };
}

function describedError(
  error: unknown,
  file: string | undefined,
  displayPath: (file: string) => string,
): unknown {
  if (error instanceof ZonewrightError || !isErrorLike(error)) return error;
  const { codeFrame = '' } = error;
  const [, parsed, reason] = PARSE_ERROR.exec(error.message.replaceAll(codeFrame, '')) ?? [];
  if (parsed !== undefined && reason !== undefined) {
    return usageError('configuration/syntax', syntaxProblem(reason), {
      location: { file: displayPath(parsed), ...positionOf(error) },
      cause: error,
    });
  }
  const place = error.path ?? file;
  const location: SourceLocation | undefined = place === undefined ? undefined : { file: displayPath(place) };
  if (error.code === 'ENOENT') {
    return usageError('configuration/missing', 'there is no such configuration file', { location });
  }
  if (error.code?.startsWith('E') === true) {
    return environmentError('file/failed', `the configuration file cannot be read (${error.code})`, {
      location,
      cause: error,
    });
  }
  if (error.message.startsWith('No loader specified')) {
    return usageError('configuration/unreadable', 'by its name, this is neither YAML nor JSON', {
      location,
      hint: 'a configuration file ends in .yaml, .yml or .json, or has no extension',
    });
  }
  return usageError('configuration/unreadable', lowerFirst(error.message), { location, cause: error });
}

/** How cosmiconfig's loaders report what their parsers say. */
const PARSE_ERROR = /^(?:JSON|YAML) Error in (.+?): *\n\s*(.+)/;

function syntaxProblem(reason: string): string {
  const problem = reason.replace(/ (?:at line \d+, column \d+:?|while parsing .*)$/, '').trim();
  return `the configuration is malformed: ${lowerFirst(problem)}`;
}

/** What may be known of an error of cosmiconfig and its parsers. Errors of Node's modules need not be of our realm's class. */
interface ErrorLike {
  readonly message: string;
  readonly code?: string;
  readonly path?: string;
  readonly linePos?: { readonly start?: { readonly line: number; readonly col: number } };
  /** The lines around an error in JSON, with a mark at its line and one below its column. */
  readonly codeFrame?: string;
}

function isErrorLike(error: unknown): error is ErrorLike {
  return (
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
  );
}

function positionOf({ linePos, codeFrame = '' }: ErrorLike): { line?: number; column?: number } {
  if (linePos?.start !== undefined) return { line: linePos.start.line, column: linePos.start.col };
  const [, line, before] = /^> *(\d+) \|.*\n *\| ( *)\^/m.exec(codeFrame) ?? [];
  return line === undefined || before === undefined ? {} : { line: Number(line), column: before.length + 1 };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** A path of keys as text: `zones."example.com".parent.servers[0]`. */
function keyPath(keys: readonly (string | number)[]): string {
  let text = '';
  for (const key of keys) {
    if (typeof key === 'number') text += `[${key}]`;
    else {
      if (text !== '') text += '.';
      text += /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
    }
  }
  return text;
}
