package dev.stoker.io.publish;

import java.nio.file.Path;
import java.util.List;

/**
 * How a publisher behaves.
 *
 * @param writableRoots local folders that {@code file:} destinations must really lie below; none
 *     for any
 * @param concurrentStagings how many files are read and sent at a time, ≥ 1
 * @param bufferedBlocks how many blocks of 8 MiB may be in memory and in flight, ≥ 1
 */
public record PublishOptions(List<Path> writableRoots, int concurrentStagings, int bufferedBlocks) {
  public PublishOptions {
    writableRoots = List.copyOf(writableRoots);
  }

  /**
   * Any folder; four files at a time, so that one slow destination does not hold all; 64 MiB, which
   * fills 1 Gbit/s over 30 ms tenfold.
   */
  public static PublishOptions defaults() {
    return new PublishOptions(List.of(), 4, 8);
  }

  public PublishOptions withWritableRoots(List<Path> roots) {
    return new PublishOptions(roots, concurrentStagings, bufferedBlocks);
  }
}
