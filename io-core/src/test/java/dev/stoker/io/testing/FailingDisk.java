package dev.stoker.io.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A disk of a test's own that turns read-only while files on it are open to write, as ext4 does
 * after an error of its device: ext4 in an image, by a loop device. Skips the test where nobody may
 * mount.
 */
public final class FailingDisk implements AutoCloseable {
  private final Path folder;
  private final Path image;

  private FailingDisk(Path folder, Path image) {
    this.folder = folder;
    this.image = image;
  }

  /** Mounts at an existing folder; its image lies beside it. */
  public static FailingDisk mount(Path folder, int mebibytes) throws Exception {
    FailingDisk disk =
        new FailingDisk(folder, folder.resolveSibling(folder.getFileName() + ".img"));
    try (RandomAccessFile file = new RandomAccessFile(disk.image.toFile(), "rw")) {
      file.setLength((long) mebibytes << 20);
    }
    boolean mounted = false;
    try {
      mounted =
          SmallDisk.run("mkfs.ext4", "-q", "-m", "0", "" + disk.image) == 0
              && SmallDisk.run(
                      "mount", "-o", "loop,errors=remount-ro", "" + disk.image, "" + folder)
                  == 0;
    } catch (IOException e) {
      // There is no such program: as if nobody could mount.
    }
    if (!mounted) {
      MissingNeed.end("root and a loop device to mount ext4");
    }
    return disk;
  }

  public Path folder() {
    return folder;
  }

  /** From now on nothing can be written, whoever has what open. */
  public void turnReadOnly() throws IOException {
    String device = Files.getFileStore(folder).name();
    Path trigger = Path.of("/sys/fs/ext4", device.replaceFirst("^/dev/", ""), "trigger_fs_error");
    Files.write(trigger, List.of("1"));
  }

  @Override
  public void close() {
    try {
      SmallDisk.run("umount", "-l", "" + folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
