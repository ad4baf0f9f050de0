package dev.stoker.io.cache;

import java.nio.file.Path;
import java.util.List;

/**
 * Where the cache lies and what it may take.
 *
 * @param disks one folder each; at least one
 * @param memoryBytes direct memory for the RAM tier and grains under way, and an eighth of it in
 *     heap for the maps of open entries; at least 4 MiB
 * @param maxOpenFiles descriptors; at least 16
 * @param trust how long a check is believed of files that are read past us
 */
public record CacheSettings(List<Disk> disks, long memoryBytes, int maxOpenFiles, Trust trust) {
  private static final long LEAST_MEMORY_BYTES = 4L << 20;
  private static final int LEAST_OPEN_FILES = 16;

  /** Half of the soft limit that systemd and most shells give a process. */
  public static final int DEFAULT_OPEN_FILES = 512;

  public CacheSettings(List<Disk> disks, long memoryBytes, int maxOpenFiles) {
    this(disks, memoryBytes, maxOpenFiles, Trust.DEFAULT);
  }

  public CacheSettings {
    disks = List.copyOf(disks);
    if (disks.isEmpty() || memoryBytes < LEAST_MEMORY_BYTES || maxOpenFiles < LEAST_OPEN_FILES) {
      throw new IllegalArgumentException(
          "A cache needs a folder, 4 MiB of memory and 16 open files at least, not "
              + disks
              + ", "
              + memoryBytes
              + " bytes and "
              + maxOpenFiles
              + " files.");
    }
  }

  /**
   * One cache folder.
   *
   * @param folder made where there is none; Stoker's alone
   * @param ceilingBytes most disk that data and indexes may take
   * @param maxFiles most inodes that they may take
   */
  public record Disk(Path folder, long ceilingBytes, long maxFiles) {
    /** A quarter of a million entries on one disk; their records take some 200 MB of heap. */
    public static final long DEFAULT_MAX_FILES = 500_000;

    public Disk(Path folder, long ceilingBytes) {
      this(folder, ceilingBytes, DEFAULT_MAX_FILES);
    }
  }

  /** One folder and the default number of open files. */
  public static CacheSettings of(Path folder, long ceilingBytes, long memoryBytes) {
    return new CacheSettings(
        List.of(new Disk(folder, ceilingBytes)), memoryBytes, DEFAULT_OPEN_FILES);
  }
}
