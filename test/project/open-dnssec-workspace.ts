import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { OpenDnssec } from '../support/open-dnssec.ts';
import { peer } from '../support/peers.ts';
import { ShellWorkspace } from '../support/shell-workspace.ts';
import { temporaryDirectory } from '../support/workspace.ts';

/** Key tags and ids in the guide stand for those of the reader. */
const ROLES = ['ksk', 'zsk'] as const;

/** The shell of somebody whose zone OpenDNSSEC has signed until now. In place of its signer, our own signs with the enforcer's keys. */
export class OpenDnssecWorkspace {
  readonly shell: ShellWorkspace;
  readonly #openDnssec: OpenDnssec;

  private constructor(openDnssec: OpenDnssec) {
    this.#openDnssec = openDnssec;
    const home = temporaryDirectory();
    this.shell = new ShellWorkspace(home, openDnssec.variables);
    const programs = {
      'ods-enforcer': `exec ${peer('ods-enforcer')!} -s ${openDnssec.socket} "$@"`,
      // The enforcer takes minutes to end by itself.
      'ods-control': `exec kill -KILL ${openDnssec.pid}`,
    };
    for (const [name, script] of Object.entries(programs))
      writeFileSync(path.join(home, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  static async enter(): Promise<OpenDnssecWorkspace> {
    const openDnssec = new OpenDnssec(temporaryDirectory());
    try {
      await openDnssec.start();
    } catch (error) {
      await openDnssec.stop();
      throw error;
    }
    return new OpenDnssecWorkspace(openDnssec);
  }

  /** Signs the zone of the working directory as of yesterday, as its policy says. */
  async signZone(): Promise<void> {
    mkdirSync(path.join(this.shell.home, 'signed'));
    const options = '--key-directory ../keys-of-signer --now -1d';
    const keys = ROLES.map(
      (role) =>
        `zonewright keygen example.com ${options} --role ${role} --algorithm RSASHA256 --pkcs11 'pkcs11:token=OpenDNSSEC;id=${role}'`,
    );
    const sign = `zonewright sign ${options} --nsec3 --validity 14d --no-cds -o ../signed/example.com example.com.zone`;
    const { status, stderr } = await this.shell.run(
      (await Promise.all(keys.map((line) => this.#withIds(line)))).concat(sign).join('\n'),
    );
    if (status !== 0) throw new Error(stderr);
  }

  /** A command of the guide with the places and keys of this workspace. */
  async asTyped(command: string): Promise<string> {
    const role = ROLES.find((each) => command.includes(`--role ${each}`));
    const own = command.replace(/;id=[%0-9a-f]+/, `;id=${role}`);
    return this.#withIds(own.replace('/var/lib/opendnssec/signed/', '../signed/'));
  }

  async leave(): Promise<void> {
    await this.#openDnssec.stop();
  }

  async #withIds(command: string): Promise<string> {
    const role = /;id=(ksk|zsk)/.exec(command)?.[1];
    if (role === undefined) return command;
    const key = (await this.#openDnssec.keys()).find((each) => each.role === role.toUpperCase());
    return command.replace(`;id=${role}`, `;id=${key!.locator.replaceAll(/../g, '%$&')}`);
  }
}
