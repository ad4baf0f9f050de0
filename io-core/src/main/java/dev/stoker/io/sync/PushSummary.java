package dev.stoker.io.sync;

import java.util.List;

/**
 * What a push did.
 *
 * @param filesSent written to the destination
 * @param bytesSent in them
 * @param filesUnchanged the destination held them already; with {@code verifyOnly} the ones that
 *     are equal
 * @param bytesUnchanged in them
 * @param filesKept left because the destination holds something of the name and nothing may be
 *     overwritten
 * @param missing with {@code verifyOnly}, paths that the destination lacks
 * @param different with {@code verifyOnly}, paths whose content differs
 * @param skipped what is in the source and was not pushed: links that lead out of it or nowhere,
 *     devices, names that cannot be read
 * @param failures files that could not be pushed
 * @param elapsedMillis wall time
 */
public record PushSummary(
    long filesSent,
    long bytesSent,
    long filesUnchanged,
    long bytesUnchanged,
    long filesKept,
    List<String> missing,
    List<String> different,
    List<Note> skipped,
    List<Note> failures,
    long elapsedMillis) {
  public PushSummary {
    missing = List.copyOf(missing);
    different = List.copyOf(different);
    skipped = List.copyOf(skipped);
    failures = List.copyOf(failures);
  }

  /** Whether the destination holds all that was to be pushed. */
  public boolean complete() {
    return failures.isEmpty() && missing.isEmpty() && different.isEmpty();
  }

  /**
   * One file and what there is to say of it.
   *
   * @param path as the source has it
   * @param message one sentence
   */
  public record Note(String path, String message) {}
}
