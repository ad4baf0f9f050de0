package dev.stoker.io.cache;

/** Follows a check of the cache; called by the thread that checks. */
@FunctionalInterface
public interface CheckProgress {
  /**
   * Told about twice a second, and at the end.
   *
   * @param files checked so far
   * @param filesTotal to be checked
   * @param bytes read so far
   */
  void checked(long files, long filesTotal, long bytes);
}
