import { createRequire } from 'node:module';
import type * as CommanderModule from 'commander';

type Commander = typeof CommanderModule;

/**
 * Commander, with `require`: for `import`, Node would first have to find out what names that CommonJS module exports, which is a good part of
 * the start-up time of a short command.
 */
const commander = createRequire(import.meta.url)('commander') as Commander;

export const { Argument, Command, CommanderError, Option } = commander;
export type Command = InstanceType<Commander['Command']>;
export type Option = InstanceType<Commander['Option']>;
export type CommanderError = InstanceType<Commander['CommanderError']>;
