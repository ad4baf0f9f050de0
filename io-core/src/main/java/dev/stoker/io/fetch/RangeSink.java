package dev.stoker.io.fetch;

import dev.stoker.io.net.SpliceTarget;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Takes bytes as they arrive from an origin. */
@FunctionalInterface
public interface RangeSink {

  /**
   * Takes one piece. Pieces arrive in any order, from several threads at once, each byte of the
   * wanted range exactly once. A throw fails the fetch.
   *
   * @param offset where in the asset the piece starts, bytes
   * @param data the piece, position to limit; valid during the call only
   */
  void accept(long offset, ByteBuffer data);

  /**
   * Whether it takes a piece about as fast as memory is copied, for now: it is then called right
   * where the bytes come in, while the processor still has them, and no thread is woken for it.
   */
  default boolean isQuick() {
    return false;
  }

  /**
   * Takes one piece as {@link #accept(long, ByteBuffer)} does; for a sink that may keep it where it
   * is.
   *
   * @param memory what {@code data} lies in: valid beyond the call once it is kept
   */
  default void accept(long offset, ByteBuffer data, Loan memory) {
    accept(offset, data);
  }

  /**
   * A way to take the bytes of one answer straight out of a socket into their place, or null where
   * there is none. What it took is told to {@link #spliced} in place of {@link #accept}. Closed by
   * the fetch engine, once no thread uses it.
   */
  default @Nullable Splice splice() {
    return null;
  }

  /** So many bytes from there on were taken by a {@link #splice}, each told once. */
  default void spliced(long offset, long lengthBytes) {}

  /** Takes bytes out of sockets; offsets are in the asset. Thread-safe until it is closed. */
  interface Splice extends SpliceTarget, AutoCloseable {
    @Override
    void close();
  }

  /** Memory of the fetch engine's, which who keeps it lacks for requests. Thread-safe. */
  interface Loan {
    /** Tells it from others: pieces of one answer lie in the same memory. */
    Object memory();

    /** All of it, of which the piece may be a small part. */
    long lengthBytes();

    /** Keeps it until {@link #giveBack}; once more each time. Only while it is valid. */
    void keep();

    void giveBack();
  }
}
