package dev.stoker.io.stage;

import dev.stoker.io.cache.FillProgress;
import java.util.concurrent.atomic.LongAdder;

/** Counts while files arrive; read at any moment. Thread-safe. */
public final class Tally {
  private final LongAdder filesTotal = new LongAdder();
  private final LongAdder filesDone = new LongAdder();
  private final LongAdder bytesTotal = new LongAdder();
  private final LongAdder originBytes = new LongAdder();
  private final LongAdder cachedBytes = new LongAdder();

  /** Files known so far. */
  public long filesTotal() {
    return filesTotal.sum();
  }

  /** Files in place. */
  public long filesDone() {
    return filesDone.sum();
  }

  /** Bytes of the files known so far. */
  public long bytesTotal() {
    return bytesTotal.sum();
  }

  /** Bytes that came from the origin. */
  public long originBytes() {
    return originBytes.sum();
  }

  /** Bytes that were on this node already. */
  public long cachedBytes() {
    return cachedBytes.sum();
  }

  void known(long bytes) {
    filesTotal.increment();
    bytesTotal.add(bytes);
  }

  void placed() {
    filesDone.increment();
  }

  /** Follows the fill of one file. */
  FillProgress fill() {
    return new FillProgress() {
      @Override
      public void present(long bytes) {
        cachedBytes.add(bytes);
      }

      @Override
      public void arrived(long bytes) {
        originBytes.add(bytes);
      }
    };
  }
}
