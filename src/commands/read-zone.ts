import { nameToText } from '../dns/name.ts';
import { inputError, withFurther, ZonewrightError } from '../errors.ts';
import { refusePrivateKey } from '../keys/private-key-text.ts';
import { Type } from '../rr/registry.ts';
import { parseByStretches } from '../zone/parse-stretches.ts';
import { parseZone, type ParsedZone, type ParseOptions, type SourceFile } from '../zone/parse-zone.ts';
import type { Environment } from './environment.ts';
import { originOfFileName } from './file-name-origin.ts';

/** How many errors of one file are told at once. */
const MAX_ERRORS = 20;

export interface ReadZoneOptions {
  /** The zone's name in wire form; without it, the owner of the SOA. */
  readonly zone?: Uint8Array | undefined;
  /** Directories beside the zone file's own in which `$INCLUDE` may read. */
  readonly includePaths?: readonly string[] | undefined;
  /** TTL in seconds of records before which none is stated. */
  readonly defaultTtl?: number | undefined;
}

export interface ZoneFile extends ParsedZone {
  /** How messages name it. */
  readonly file: string;
  readonly origin: Uint8Array;
}

export interface ZoneText extends ZoneFile {
  /** The text of the file, without what it includes. */
  readonly bytes: Uint8Array;
}

/** For who goes on with the zone for long: its text need not stay in memory. */
export function withoutText({ bytes: _, ...zone }: ZoneText): ZoneFile {
  return zone;
}

/**
 * Reads a master file, `-` for standard input, and finds out whose zone it is.
 *
 * A file that uses relative names without any `$ORIGIN`, for a zone that nobody named, is read with the origin that its own name suggests.
 * @throws ZonewrightError with all that is wrong with its syntax, up to a limit
 */
export async function readZoneFile(
  path: string,
  options: ReadZoneOptions,
  environment: Environment,
): Promise<ZoneText> {
  const file = path === '-' ? '<stdin>' : path;
  const bytes = path === '-' ? await environment.readStdin() : await environment.files.read(path);
  // Text has no NUL: the raw format begins with its number, 2, in four octets.
  if (bytes[0] === 0) {
    throw inputError('zone/raw', "this is no text, but looks like a zone in BIND's raw format", {
      location: { file },
      hint: 'make text of it: named-compilezone -f raw -F text -o TEXTFILE ZONE FILE',
    });
  }
  const source = { file, bytes };
  refusePrivateKey(source);
  if (options.zone !== undefined)
    return withOrigin(await parse(source, options.zone, path, options, environment), source, options.zone);
  try {
    return withOrigin(await parse(source, undefined, path, options, environment), source, undefined);
  } catch (error) {
    const suggested = originOfFileName(path);
    if (!(error instanceof ZonewrightError) || error.code !== 'name/relative') throw error;
    if (suggested === undefined) {
      throw inputError(error.code, error.message, {
        location: error.location,
        hint: 'name the zone with --zone',
      });
    }
    const parsed = withOrigin(await parse(source, suggested, path, options, environment), source, undefined);
    environment.warn(
      `${file} does not say which zone it is: its name suggests ${nameToText(suggested)}`,
      'begin the file with $ORIGIN, or name the zone with --zone',
    );
    return parsed;
  }
}

async function parse(
  source: SourceFile,
  origin: Uint8Array | undefined,
  path: string,
  options: ReadZoneOptions,
  environment: Environment,
): Promise<ParsedZone> {
  const errors: ZonewrightError[] = [];
  const parseOptions: ParseOptions = {
    ...(origin === undefined ? {} : { origin }),
    ...(options.defaultTtl === undefined ? {} : { defaultTtl: options.defaultTtl }),
    include(name, including) {
      const included = environment.openInclude(name, including, path, options.includePaths ?? []);
      refusePrivateKey(included);
      return included;
    },
    warn: (message, { file, line }) => environment.warn(`${file}:${line}: ${message}`),
    onError(error) {
      if (error.code === 'name/relative' && origin === undefined) throw error;
      errors.push(error);
      if (errors.length === MAX_ERRORS) throw withFurther(errors);
    },
  };
  const { readers } = environment.pool;
  const parsed = await (readers === undefined
    ? parseZone(source, parseOptions)
    : parseByStretches(source, parseOptions, readers));
  if (errors.length > 0) throw withFurther(errors);
  return parsed;
}

function withOrigin(parsed: ParsedZone, { file, bytes }: SourceFile, zone: Uint8Array | undefined): ZoneText {
  const origin = zone ?? soaOwner(parsed);
  if (origin === undefined) {
    throw inputError('zone/no-soa', 'the zone has no SOA record', {
      location: { file, line: 1 },
      hint: 'begin the zone with its SOA record; if this is a part of a zone, name the file that includes it',
    });
  }
  return { ...parsed, file, bytes, origin };
}

/** Whose SOA record is the first, in wire form. */
export function soaOwner({ store }: ParsedZone): Uint8Array | undefined {
  for (let record = 0; record < store.count; record++) {
    if (store.types[record] === Type.SOA) return store.names.view(store.owners[record]!).slice();
  }
  return undefined;
}
