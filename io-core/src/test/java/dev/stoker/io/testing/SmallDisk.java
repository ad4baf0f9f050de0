package dev.stoker.io.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A small disk of a test's own, to be filled up: a tmpfs. Skips the test where nobody may mount.
 */
public final class SmallDisk implements AutoCloseable {
  private final Path folder;
  private final Path filler;

  private SmallDisk(Path folder) {
    this.folder = folder;
    this.filler = folder.resolve("filler");
  }

  /** Mounts at an existing folder. */
  public static SmallDisk mount(Path folder, int mebibytes) throws Exception {
    boolean mounted =
        run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "stoker-test", "" + folder)
            == 0;
    if (!mounted) {
      MissingNeed.end("root to mount a tmpfs");
    }
    return new SmallDisk(folder);
  }

  public Path folder() {
    return folder;
  }

  /** Takes all space that is left. */
  public void fill() throws IOException {
    byte[] some = new byte[4096]; // whole blocks: a smaller tail would leave room
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(some);
      }
    } catch (IOException full) {
      // That is the point.
    }
  }

  /** Gives the space back. */
  public void free() throws IOException {
    Files.deleteIfExists(filler);
  }

  /** Nobody may have a file open to write. */
  public void readOnly(boolean on) throws Exception {
    if (run("mount", "-o", "remount," + (on ? "ro" : "rw"), "" + folder) != 0) {
      throw new AssertionError("Cannot remount " + folder + "; somebody writes to it.");
    }
  }

  /** Unmounts, even where a failed test left files open. */
  @Override
  public void close() {
    try {
      run("umount", "-l", "" + folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static int run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    process.getInputStream().readAllBytes();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return -1;
    }
    return process.exitValue();
  }
}
