const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

const pending = new Set<() => void>();

/**
 * Has `clean` called if the process ends meanwhile, by a signal or by itself. Nothing helps against SIGKILL.
 * @returns takes it back; false if it was called or taken back before
 */
export function cleanUpAtExit(clean: () => void): () => boolean {
  if (pending.size === 0) {
    for (const signal of SIGNALS) process.on(signal, cleanAndDie);
    process.on('exit', cleanAll);
  }
  pending.add(clean);
  return () => {
    if (!pending.delete(clean)) return false;
    if (pending.size === 0) {
      for (const signal of SIGNALS) process.off(signal, cleanAndDie);
      process.off('exit', cleanAll);
    }
    return true;
  };
}

function cleanAll(): void {
  for (const clean of pending) clean();
  pending.clear();
}

/** Ends as without a handler. Others that handle the signal too, such as a spinner's, see it again without us, and end the process then. */
function cleanAndDie(signal: NodeJS.Signals): void {
  cleanAll();
  for (const each of SIGNALS) process.off(each, cleanAndDie);
  process.off('exit', cleanAll);
  process.kill(process.pid, signal);
}
