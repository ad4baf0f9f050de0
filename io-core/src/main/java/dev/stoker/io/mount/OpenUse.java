package dev.stoker.io.mount;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.cache.FillProgress;

/** Told what is read of one open file. Thread-safe. */
interface OpenUse {
  OpenUse NONE =
      new OpenUse() {
        @Override
        public void read(ByteRange range) {}

        @Override
        public void waited(long bytes) {}

        @Override
        public FillProgress ahead() {
          return FillProgress.NONE;
        }
      };

  /** Somebody asks for it. */
  void read(ByteRange range);

  /** So many bytes had to be waited for. */
  void waited(long bytes);

  /** Follows what is brought ahead of the reader. */
  FillProgress ahead();
}
