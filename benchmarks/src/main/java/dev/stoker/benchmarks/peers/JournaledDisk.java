package dev.stoker.benchmarks.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A journaled ext4 in a file, mounted by loop(4): a root file system without a journal makes each
 * new file after a large delete cost half a millisecond, which would hide what is measured. Who is
 * not root gets an ordinary folder.
 */
final class JournaledDisk implements AutoCloseable {
  private static final long LEAST_BYTES = 256L << 20;

  private final Path folder;
  private final boolean mounted;

  private JournaledDisk(Path folder, boolean mounted) {
    this.folder = folder;
    this.mounted = mounted;
  }

  static JournaledDisk below(Workplace place, long bytes) {
    Path folder = place.newFolder("disk");
    if (!"root".equals(System.getProperty("user.name"))) {
      System.err.println("Not root, so without a journaled disk of its own.");
      return new JournaledDisk(folder, false);
    }
    Path image = place.folder().resolve("disk.img");
    run("truncate", "-s", Long.toString(Math.max(LEAST_BYTES, bytes)), image.toString());
    run(
        "mkfs.ext4",
        "-q",
        "-i",
        "8192",
        "-E",
        "lazy_itable_init=0,lazy_journal_init=0",
        image.toString());
    run("mount", "-o", "loop", image.toString(), folder.toString());
    return new JournaledDisk(folder, true);
  }

  Path folder() {
    return folder;
  }

  private static void run(String... command) {
    try {
      Process process = new ProcessBuilder(command).inheritIO().start();
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + " failed.");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted in " + command[0], e);
    }
  }

  @Override
  public void close() {
    if (mounted) {
      run("umount", folder.toString());
    }
  }
}
