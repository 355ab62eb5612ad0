import type { Outside } from '../../commands/environment.ts';

/** The world beyond this program. What it takes to reach it is loaded when it is needed first. */
export function outside(variables: Outside['variables']): Outside {
  return {
    http: { send: async (request) => (await import('./http-client.ts')).sendRequest(request) },
    programs: { run: async (call) => (await import('./program-runner.ts')).runProgram(call) },
    mailer: {
      send: async (mail, route, timeout) => (await import('./mailer.ts')).sendMail(mail, route, timeout),
    },
    signWebhook: async (secret, id, time, body) =>
      (await import('./webhook-signature.ts')).webhookSignature(secret, id, time, body),
    variables,
    pause: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
  };
}
