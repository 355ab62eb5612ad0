import dgram from 'node:dgram';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import packet, { type DecodedPacket, type RecordType } from 'dns-packet';

/** The bit of the RCODE in a message's flags. */
const RCODE_MASK = 0xf;

export interface Reply {
  readonly rcode: number;
  /** Whether the resolver found it secure (AD). */
  readonly isSecure: boolean;
  readonly answers: DecodedPacket['answers'];
  /** Codes of extended errors (RFC 8914). */
  readonly extendedErrors: readonly number[];
}

/** dns-packet does not know its name. */
const EXTENDED_ERROR: number = 15;

/** Asks one server on loopback over UDP, many questions at a time. */
export class UdpQuestioner {
  readonly #socket = dgram.createSocket('udp4');
  readonly #waiting = new Map<number, (message: Buffer) => void>();
  readonly #timeout: number;

  /** @param timeout milliseconds */
  constructor(timeout: number) {
    this.#timeout = timeout;
    this.#socket.on('message', (message) => this.#waiting.get(message.readUInt16BE(0))?.(message));
    this.#socket.on('error', () => undefined);
  }

  async connect(port: number): Promise<this> {
    this.#socket.connect(port, '127.0.0.1');
    await once(this.#socket, 'connect');
    return this;
  }

  close(): void {
    this.#socket.close();
  }

  /** @returns undefined where there is no answer in time */
  async ask(name: string, type: RecordType): Promise<Reply | undefined> {
    let id = randomInt(0x10000);
    while (this.#waiting.has(id)) id = randomInt(0x10000);
    const query = packet.encode({
      id,
      type: 'query',
      flags: packet.RECURSION_DESIRED | packet.AUTHENTIC_DATA,
      questions: [{ name, type }],
      additionals: [
        {
          type: 'OPT',
          name: '.',
          udpPayloadSize: 1232,
          flags: 0,
          flag_do: false,
          options: [],
          extendedRcode: 0,
          ednsVersion: 0,
        },
      ],
    });
    const message = await new Promise<Buffer | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), this.#timeout);
      this.#waiting.set(id, (reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
      this.#socket.send(query, () => undefined);
    });
    this.#waiting.delete(id);
    return message === undefined ? undefined : replyOf(message);
  }
}

function replyOf(message: Buffer): Reply {
  const { flags = 0, answers = [], additionals = [] } = packet.decode(message);
  return {
    rcode: flags & RCODE_MASK,
    isSecure: (flags & packet.AUTHENTIC_DATA) !== 0,
    answers,
    extendedErrors: additionals.flatMap((record) =>
      record.type === 'OPT'
        ? record.options.flatMap((option) =>
            option.code === EXTENDED_ERROR && 'data' in option && Buffer.isBuffer(option.data)
              ? [option.data.readUInt16BE(0)]
              : [],
          )
        : [],
    ),
  };
}
