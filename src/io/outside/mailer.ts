import { createTransport } from 'nodemailer';
import type { Mail, MailRoute } from '../../commands/environment.ts';
import { environmentError } from '../../errors.ts';
import { runProgram } from './program-runner.ts';

/** Sends a mail through a server or through a program like sendmail; see `Mailer`. */
export async function sendMail(mail: Mail, route: MailRoute, timeout: number): Promise<void> {
  const message = {
    from: mail.from,
    to: mail.to,
    subject: mail.subject,
    text: mail.text,
    messageId: `<${mail.id}@${domainOf(mail.from)}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
  if ('smtp' in route) await sendToServer(message, route, timeout);
  else await sendToProgram(message, route.sendmail, timeout);
}

type Message = Parameters<ReturnType<typeof createTransport>['sendMail']>[0];

async function sendToServer(
  message: Message,
  { smtp, password }: Extract<MailRoute, { smtp: string }>,
  timeout: number,
): Promise<void> {
  const { protocol, hostname, port, username, password: ofUrl } = new URL(smtp);
  const host = hostname.replace(/^\[|\]$/g, '');
  const milliseconds = timeout * 1000;
  const transport = createTransport({
    host,
    secure: protocol === 'smtps:',
    ...(port === '' ? {} : { port: Number(port) }),
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: password ?? decodeURIComponent(ofUrl) } }),
    // A password must not cross a network in the clear.
    requireTLS: username !== '' && !isLoopback(host),
    connectionTimeout: milliseconds,
    greetingTimeout: milliseconds,
    socketTimeout: milliseconds,
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        environmentError('mail/timeout', `the mail server ${host} has not taken it within ${timeout} s`),
      );
    }, milliseconds);
  });
  try {
    await Promise.race([transport.sendMail(message).catch((error: unknown) => failed(host, error)), late]);
  } finally {
    clearTimeout(timer);
    transport.close();
  }
}

/** @throws ZonewrightError always; what the server says may quote what was sent to log in, so that only its code is told */
function failed(host: string, error: unknown): never {
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  const reason = [code, responseCode].filter((part) => part !== undefined).join(' ');
  throw environmentError('mail/failed', `the mail server ${host} does not take it (${reason})`, {
    hint: 'see the log of the mail server',
  });
}

async function sendToProgram(message: Message, sendmail: string, timeout: number): Promise<void> {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  const { envelope, message: text } = await composer.sendMail(message);
  const { from } = envelope;
  const { status, stderr } = await runProgram({
    argv: [sendmail, '-i', ...(from === false ? [] : ['-f', from]), '--', ...envelope.to],
    stdin: text as Buffer,
    timeout,
  });
  if (status === 0) return;
  const reason = stderr.trim().split('\n').at(-1) ?? '';
  throw environmentError(
    'mail/failed',
    `${sendmail} ended with status ${status ?? 'of a signal'}${reason === '' ? '' : `: ${reason}`}`,
  );
}

function domainOf(address: string): string {
  return /@([\w.-]+)/.exec(address)?.[1] ?? 'localhost';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
