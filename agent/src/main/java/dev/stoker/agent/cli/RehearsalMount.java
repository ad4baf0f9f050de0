package dev.stoker.agent.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Rehearses {@code stoker mount}: a large file is read through it, as a renderer would. */
final class RehearsalMount {
  /** So often, each time from an empty cache, that what serves a read is known to be worth it. */
  private static final int TIMES = 3;

  private static final int PATIENCE_SECONDS = 20;
  private static final int LOOK_MILLIS = 20;

  private RehearsalMount() {}

  /**
   * @throws IOException where this machine mounts nothing for this user
   */
  static void run(Path folder, String tree) throws IOException {
    for (int i = 0; i < TIMES; i++) {
      // Not in the folder, which is removed: a mount that a killed rehearsal left could not be.
      Path at = Files.createTempDirectory("stoker-rehearsal-");
      String state = folder.resolve("mount-state-" + i).toString();
      Thread mount =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () ->
                      Rehearsal.run(
                          folder,
                          0,
                          "mount",
                          tree,
                          at.toString(),
                          "--data",
                          state,
                          "--cache",
                          state + "/cache",
                          "--cache-size",
                          "1GiB"));
      try {
        await(mount, at.resolve("large"));
        read(at.resolve("large"));
        for (int file = 0; file < 20; file++) {
          read(at.resolve("small-" + file));
        }
        unmount(at);
        mount.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("The rehearsal was interrupted.", e);
      } finally {
        boolean _ = at.toFile().delete(); // not while something is mounted on it
      }
    }
  }

  private static void await(Thread mount, Path file) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!Files.exists(file)) {
      if (!mount.isAlive() || System.nanoTime() > end) {
        throw new IOException("A mount cannot be rehearsed here.");
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private static void read(Path file) throws IOException {
    long _ = Files.copy(file, OutputStream.nullOutputStream());
  }

  /** As root, and as a user whom the helper mounted for. */
  private static void unmount(Path at) throws IOException, InterruptedException {
    if (!ends("umount", at.toString()) && !ends("fusermount3", "-u", at.toString())) {
      throw new IOException("The rehearsal's mount at " + at + " stays.");
    }
  }

  private static boolean ends(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).start();
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly();
      }
      return ended && process.exitValue() == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }
}
