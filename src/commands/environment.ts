import type { Crypto } from '../dnssec/crypto.ts';
import type { DnsClient } from '../dnssec/dns-client.ts';
import type { WorkPool } from '../dnssec/work-pool.ts';
import type { FileStore } from '../keys/file-store.ts';
import type { KeyAccess } from '../keys/key-source.ts';
import type { SourceFile } from '../zone/parse-zone.ts';

/** How far long work has come. */
export interface Progress {
  /** What is being done: "signing". */
  readonly task: string;
  readonly done: number;
  /** Absent while it is not known. */
  readonly total?: number;
}

/** What one run holds and all others wait for. */
export interface Lock {
  release(): Promise<void>;
}

export interface Locks {
  /**
   * Takes the lock that the file at `path` stands for. Where another run holds it, waits a little.
   * @param command what others are told that wait in vain
   * @throws ZonewrightError `state/locked`
   */
  acquire(path: string, command: string): Promise<Lock>;
}

/** The world as commands see it. Tests hand in one of their own and run a command in process. */
export interface Environment {
  /** The time of this run, in epoch seconds. */
  readonly now: number;
  /** Whether `now` is the user's (`--now`) and not the clock's. A state that such a run changes is marked, and real runs refuse it. */
  readonly simulated: boolean;
  readonly files: FileStore;
  readonly locks: Locks;
  readonly crypto: Crypto;
  /** Opens private keys that are encrypted or in an HSM. */
  readonly keyAccess: KeyAccess;
  /** Asks name servers; absent where there is no network to be asked. */
  readonly dns?: DnsClient | undefined;
  /** Threads for work on large zones. */
  readonly pool: WorkPool;
  /**
   * Opens what `$INCLUDE name` in the file `including` means, for the zone file `zoneFile` (`-` is standard input). Only files below the zone file's
   * directory or one of `roots` may be read: `zone/include-outside`.
   */
  readonly openInclude: (
    name: string,
    including: string,
    zoneFile: string,
    roots: readonly string[],
  ) => SourceFile;
  readonly readStdin: () => Promise<Uint8Array>;
  /** Tells the user what is doubtful but no error. */
  readonly warn: (message: string, hint?: string) => void;
  readonly progress?: (progress: Progress) => void;
}

/** A request over HTTP. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Seconds within which the whole answer must be there. */
  readonly timeout: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly body: string;
  /** The value of a header, whose name is in lower case. */
  readonly header: (name: string) => string | undefined;
}

export interface HttpClient {
  /**
   * Sends a request. Redirections are not followed: they would take secrets elsewhere. Messages name the origin only, since paths may be secret.
   * @throws ZonewrightError `http/timeout`, `http/failed`, `http/too-large`
   */
  send(request: HttpRequest): Promise<HttpResponse>;
}

/** Another program to be run, without a shell. */
export interface ProgramCall {
  readonly argv: readonly string[];
  readonly stdin?: string | Uint8Array;
  /** Variables on top of those of this process. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly timeout: number;
}

export interface ProgramOutcome {
  /** The exit status; undefined where a signal ended the program. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramRunner {
  /** @throws ZonewrightError `program/not-started`, `program/timeout` */
  run(call: ProgramCall): Promise<ProgramOutcome>;
}

export interface Mail {
  readonly from: string;
  /** One address, or several with commas between them. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** What stands before the @ of its Message-ID: the same for every attempt. */
  readonly id: string;
}

/** How a mail leaves: to a server (with the password of the user that the URL names), or through a program like sendmail. */
export type MailRoute =
  { readonly smtp: string; readonly password?: string | undefined } | { readonly sendmail: string };

export interface Mailer {
  /**
   * @param timeout seconds
   * @throws ZonewrightError `mail/failed`, `mail/timeout`, `program/*`
   */
  send(mail: Mail, route: MailRoute, timeout: number): Promise<void>;
}

/** Other machines and other programs, for the commands that tell them something. */
export interface Outside {
  readonly http: HttpClient;
  readonly programs: ProgramRunner;
  readonly mailer: Mailer;
  /**
   * The value of the header `webhook-signature` after Standard Webhooks.
   * @param secret `whsec_…`, or the base64 behind it
   * @throws ZonewrightError `webhook/secret`
   */
  readonly signWebhook: (secret: string, id: string, time: number, body: string) => Promise<string>;
  /** The variables of this process, which may name secrets. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly pause: (seconds: number) => Promise<void>;
}
