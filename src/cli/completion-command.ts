import { Argument, Command } from './commander.ts';
import { examples, type Execute } from './command.ts';
import { COMPLETION_SCRIPTS } from './completion-scripts.ts';
import { ExitStatus } from './exit-status.ts';

/** The subcommand `completion`: prints what a shell needs to complete command lines. */
export function completionCommand(execute: Execute): Command {
  return new Command('completion')
    .description('Prints the script with which a shell completes commands, options, zones and key tags.')
    .addArgument(new Argument('<SHELL>', 'the shell').choices(Object.keys(COMPLETION_SCRIPTS)))
    .addHelpText(
      'after',
      examples(
        ['zonewright completion bash > ~/.local/share/bash-completion/completions/zonewright', 'for bash'],
        ['zonewright completion zsh > ~/.zfunc/_zonewright', 'for zsh: a directory in $fpath'],
        ['zonewright completion fish > ~/.config/fish/completions/zonewright.fish', 'for fish'],
        ['source <(zonewright completion bash)', 'for this shell only'],
      ),
    )
    .action((shell: string, _flags: object, command: Command) =>
      execute(command, async (session) => {
        await session.print(COMPLETION_SCRIPTS[shell] ?? '');
        return ExitStatus.Success;
      }),
    );
}
