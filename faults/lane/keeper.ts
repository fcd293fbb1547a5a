/**
 * Ends what would outlive a program that crashed or was killed: servers and supervisors stand in sessions of their own.
 * It is told their process numbers, and with a minus those of which have ended; when the program that told it is gone,
 * however that came, it ends them.
 */
const pids = new Set<number>();
process.on('message', (pid: number) => void (pid > 0 ? pids.add(pid) : pids.delete(-pid)));
process.on('disconnect', () => {
  for (const pid of pids) {
    try {
      // A supervisor ends its own processes first; a server that is killed has nothing to tidy up.
      process.kill(pid, 'SIGTERM');
    } catch {
      // It has ended: all is well.
    }
  }
  process.exit();
});
process.send?.('ready');
