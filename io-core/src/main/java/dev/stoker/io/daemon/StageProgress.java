package dev.stoker.io.daemon;

/**
 * How far a staging has come.
 *
 * @param filesTotal files known so far
 * @param filesDone files in place
 * @param bytesTotal bytes of the files known so far
 * @param bytesDone bytes that are on this node
 * @param originBytes bytes that came from the origin for this staging
 * @param cachedBytes bytes that were already on this node
 */
public record StageProgress(
    long filesTotal,
    long filesDone,
    long bytesTotal,
    long bytesDone,
    long originBytes,
    long cachedBytes) {
  public static final StageProgress NONE = new StageProgress(0, 0, 0, 0, 0, 0);
}
