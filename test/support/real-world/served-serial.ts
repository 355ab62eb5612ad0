import { UdpQuestioner } from '../udp-questioner.ts';

/** How long a server may take for a new version, in milliseconds. */
const PATIENCE = 60_000;

/** Waits until a server on loopback has this version of a zone. */
export async function servedSerial(port: number, zone: string, serial: number): Promise<void> {
  const questioner = await new UdpQuestioner(1000).connect(port);
  try {
    for (const end = Date.now() + PATIENCE; Date.now() < end;) {
      const [soa] = (await questioner.ask(zone, 'SOA'))?.answers ?? [];
      if (soa?.type === 'SOA' && soa.data.serial === serial) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    questioner.close();
  }
  throw new Error(`the server on port ${port} does not get serial ${serial} of ${zone}`);
}
