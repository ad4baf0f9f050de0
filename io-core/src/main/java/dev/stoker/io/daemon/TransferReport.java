package dev.stoker.io.daemon;

import java.util.List;

/**
 * How a warming or a copy ended.
 *
 * @param files that were meant
 * @param filesDone brought or copied
 * @param filesUnchanged left alone, because the destination holds them already
 * @param bytes of all that had to be brought or copied
 * @param originBytes that came from origins for it
 * @param cachedBytes that were on this node already
 * @param failures one sentence each, the first hundred
 */
public record TransferReport(
    long files,
    long filesDone,
    long filesUnchanged,
    long bytes,
    long originBytes,
    long cachedBytes,
    List<String> failures) {
  public TransferReport {
    failures = List.copyOf(failures);
  }

  /** Both together. */
  public TransferReport plus(TransferReport other) {
    return new TransferReport(
        files + other.files,
        filesDone + other.filesDone,
        filesUnchanged + other.filesUnchanged,
        bytes + other.bytes,
        originBytes + other.originBytes,
        cachedBytes + other.cachedBytes,
        java.util.stream.Stream.concat(failures.stream(), other.failures.stream()).toList());
  }
}
