import { environmentError } from '../../errors.ts';
import type { ProgramCall } from '../environment.ts';
import { programFailure } from '../program-failure.ts';
import {
  registrarName,
  type DsToRegister,
  type RegisteredDs,
  type RegistrarCall,
  type RegistrarFactory,
} from './registrar.ts';

/** Seconds. */
const DEFAULT_TIMEOUT = 60;

/** The last fields of a DS record in presentation form: key tag, algorithm, digest type, digest. */
const DS_LINE = /(?:^|\s)(\d{1,5})\s+(\d{1,3})\s+(\d{1,3})\s+([0-9A-Fa-f]+(?:\s+[0-9A-Fa-f]+)*)$/;

/** A program of the user that is a registrar: `PROGRAM … list ZONE`, `… add ZONE TAG ALGORITHM DIGESTTYPE DIGEST`, `… remove` the same. */
export const commandRegistrar: RegistrarFactory<'command'> = async (settings, { programs }) => {
  const { argv, timeout = DEFAULT_TIMEOUT } = settings;
  const name = registrarName(settings);
  const run = async (
    parameters: readonly string[],
    call: Pick<ProgramCall, 'stdin' | 'variables'> = {},
  ): Promise<string> => {
    const outcome = await programs.run({ argv: [...argv, ...parameters], timeout, ...call });
    const failure = programFailure(outcome);
    if (failure === undefined) return outcome.stdout;
    throw environmentError('registrar/refused', `${name} ${parameters[0] ?? ''} ${failure}`, {
      hint: 'it is given "list ZONE", or "add" or "remove" and "ZONE TAG ALGORITHM DIGESTTYPE DIGEST", and exits with 0 where that is done',
    });
  };
  const change = (
    parameters: readonly string[],
    call: Pick<ProgramCall, 'stdin' | 'variables'> = {},
  ): RegistrarCall => ({
    text: [...argv, ...parameters].join(' '),
    async make() {
      await run(parameters, call);
    },
  });
  return {
    name,
    list: async (zone) => readRecords(await run(['list', zone]), name),
    add: (zone, ds) =>
      change(['add', zone, ...fields(ds)], { variables: { ZONEWRIGHT_PUBLIC_KEY: ds.publicKey } }),
    remove: (zone, { id }) => change(['remove', zone, ...id.split(' ')]),
  };
};

function fields({ keyTag, algorithm, digestType, digest }: Omit<DsToRegister, 'publicKey'>): string[] {
  return [String(keyTag), String(algorithm), String(digestType), digest];
}

/** Lines of DS records, with or without what stands before their RDATA. Empty lines and comments are passed over. */
function readRecords(text: string, name: string): RegisteredDs[] {
  const lines = text.split('\n').map((line) => line.replace(/;.*/, '').trim());
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [, keyTag, algorithm, digestType, digest = ''] = DS_LINE.exec(line) ?? [];
      if (keyTag === undefined) {
        throw environmentError('registrar/answer', `${name} lists what is no DS record: "${line}"`, {
          hint: 'print one a line: TAG ALGORITHM DIGESTTYPE DIGEST',
        });
      }
      const ds = {
        keyTag: Number(keyTag),
        algorithm: Number(algorithm),
        digestType: Number(digestType),
        digest: digest.replace(/\s/g, ''),
      };
      return { id: fields(ds).join(' '), ...ds };
    });
}
