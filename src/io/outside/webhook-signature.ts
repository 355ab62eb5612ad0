import { Webhook } from 'standardwebhooks';
import { usageError } from '../../errors.ts';

/** Signs a message after Standard Webhooks; see `Outside.signWebhook`. */
export function webhookSignature(secret: string, id: string, time: number, body: string): string {
  return webhookOf(secret).sign(id, new Date(time * 1000), body);
}

function webhookOf(secret: string): Webhook {
  try {
    return new Webhook(secret);
  } catch {
    // What the library says could quote the secret.
    throw usageError('webhook/secret', 'the secret of the webhook is not in the form of Standard Webhooks', {
      hint: 'make one with: printf \'whsec_%s\\n\' "$(openssl rand -base64 32)"',
    });
  }
}
