package dev.stoker.io.cache;

import dev.stoker.io.fetch.RangeSink.Loan;
import java.nio.ByteBuffer;

/**
 * Bytes of an asset in memory that somebody else needs again; to be closed soon. Not thread-safe.
 */
public final class LentBytes implements AutoCloseable {
  private final ByteBuffer bytes;
  private final Loan memory;

  LentBytes(ByteBuffer bytes, Loan memory) {
    this.bytes = bytes;
    this.memory = memory;
  }

  /** Direct, from position to limit; not to be written to, nor used after {@link #close}. */
  public ByteBuffer bytes() {
    return bytes;
  }

  @Override
  public void close() {
    memory.giveBack();
  }
}
