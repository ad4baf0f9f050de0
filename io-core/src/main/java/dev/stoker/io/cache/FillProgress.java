package dev.stoker.io.cache;

/** Follows a fill; called from several threads at once. */
public interface FillProgress {
  FillProgress NONE =
      new FillProgress() {
        @Override
        public void present(long bytes) {}

        @Override
        public void arrived(long bytes) {}
      };

  /**
   * So many more of the wanted bytes need no fetch of ours: they are there, or another's brought
   * them.
   */
  void present(long bytes);

  /** So many bytes came from the origin. */
  void arrived(long bytes);
}
