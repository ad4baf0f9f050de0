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

  /** So many of the wanted bytes are on disk already; told once. */
  void present(long bytes);

  /** So many bytes came from the origin. */
  void arrived(long bytes);
}
