package dev.stoker.io.prefetch;

import dev.stoker.io.asset.IoFailure;
import java.util.List;

/**
 * Which files a session opened and which of their parts it read first, in that order; what a node
 * brings before another session of the same step asks. Immutable.
 *
 * <p>Reads that the kernel answered itself (its page cache, files that it reads past us) are not in
 * it: a file that was passed on has an open and no touches.
 *
 * @param files in the order in which they were opened first
 * @param touches in the order in which they were read first, each grain once
 * @param whole whether all of the session is in it; else it was cut at its bounds
 */
public record AccessTrace(List<UsedFile> files, List<Touch> touches, boolean whole) {
  /** A scene of a film opens some ten thousand; more than this is a wrong turn. */
  public static final int MOST_FILES = 65_536;

  /** Runs of grains; random reads of 16 GiB. */
  public static final int MOST_TOUCHES = 262_144;

  /** What a trace covers a file by, as {@code cache} keeps it. */
  public static final long GRAIN_BYTES = 64 << 10;

  public AccessTrace {
    files = List.copyOf(files);
    touches = List.copyOf(touches);
    if (files.size() > MOST_FILES || touches.size() > MOST_TOUCHES) {
      throw new IoFailure.Invalid("An access trace of so many files or reads is none of ours.");
    }
    for (Touch touch : touches) {
      if (touch.file() < 0 || touch.file() >= files.size() || touch.grain() < 0) {
        throw new IoFailure.Invalid("An access trace names a file that it does not hold.");
      }
    }
  }

  /**
   * A file.
   *
   * @param location the tree's name
   * @param path below it
   * @param version as {@link dev.stoker.io.asset.AssetVersion#token()}
   * @param lengthBytes of that version
   * @param passed whether the kernel read it past us at some time, so that its touches are not all
   */
  public record UsedFile(
      String location, String path, String version, long lengthBytes, boolean passed) {}

  /**
   * A run of a file's grains that was read for the first time.
   *
   * @param file index in {@link #files}
   * @param grain the first one's index
   * @param grains how many, ≥ 1
   */
  public record Touch(int file, long grain, int grains) {}

  /** Bytes that were seen to be read, rounded up to grains. */
  public long seenBytes() {
    return touches.stream().mapToLong(touch -> touch.grains() * GRAIN_BYTES).sum();
  }

  /** How many files' touches are not all known: the fewer, the colder was the node. */
  public int passedFiles() {
    return (int) files.stream().filter(UsedFile::passed).count();
  }
}
