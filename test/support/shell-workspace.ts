import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess, type RunResult } from './run-process.ts';

const launcher = fileURLToPath(new URL('../../bin/zonewright.js', import.meta.url));

/** Programs that the documentation has beside ours, as far as no network or service is at hand. Each says what it was asked to do. */
const STAND_INS: Readonly<Record<string, string>> = {
  // Answers from the signed zone; with +short the RDATA alone.
  dig: `case "$*" in
  *DNSKEY*) grep -P '\\tDNSKEY\\t' example.com.zone.signed ;;
  *DS*) zonewright ds example.com | cut -d' ' -f4- ;;
esac`,
  rndc: 'echo "rndc $*"',
  'nsd-control': 'echo "nsd-control $*"',
  crontab: 'cat',
  systemctl: 'echo "systemctl $*"',
};

/** A person's shell: a home, a PATH with the program and stand-ins for others, and a working directory. */
export class ShellWorkspace {
  readonly home: string;
  readonly work: string;
  readonly #variables: Readonly<Record<string, string>>;

  /** @param home an empty directory */
  constructor(home: string, variables: Readonly<Record<string, string>> = {}) {
    this.home = home;
    this.work = path.join(home, 'work');
    this.#variables = variables;
    const programs = path.join(home, 'bin');
    for (const directory of [
      this.work,
      programs,
      path.join(home, '.zfunc'),
      path.join(home, '.config/fish/completions'),
      path.join(home, '.local/share/bash-completion/completions'),
    ])
      mkdirSync(directory, { recursive: true });
    symlinkSync(launcher, path.join(programs, 'zonewright'));
    for (const [name, script] of Object.entries(STAND_INS)) {
      writeFileSync(path.join(programs, name), `#!/bin/sh\n${script}\n`);
      chmodSync(path.join(programs, name), 0o755);
    }
  }

  /** Copies what is in a directory into the working directory. */
  fill(directory: string): void {
    cpSync(directory, this.work, { recursive: true });
  }

  /** Runs lines as bash reads them, until one fails. */
  run(script: string): Promise<RunResult> {
    return runProcess('bash', ['-eo', 'pipefail', '-c', script], {
      cwd: this.work,
      env: {
        HOME: this.home,
        PATH: `${this.home}/bin:${path.dirname(process.execPath)}:${process.env['PATH']}`,
        ...this.#variables,
      },
    });
  }
}
