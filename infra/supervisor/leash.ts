/**
 * Preloaded into every Node child of the supervisor (`--import`): when the supervisor is gone, the channel to it
 * closes, and the child ends itself as if it had been told to. A SIGKILLed supervisor so leaves nothing that goes on
 * working without anybody to watch it.
 */
const FORCED_AFTER_MS = 10_000;

if (process.channel) {
  process.once("disconnect", () => {
    setTimeout(() => process.kill(process.pid, "SIGKILL"), FORCED_AFTER_MS).unref();
    process.kill(process.pid, "SIGTERM");
  });
  // Listening must not keep a child alive that has nothing else to do.
  process.channel.unref();
}
