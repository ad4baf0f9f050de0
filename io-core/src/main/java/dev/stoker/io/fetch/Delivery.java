package dev.stoker.io.fetch;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.IoFailure;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Bytes that came in, and who takes them.
 *
 * @param lease the buffer, or one share of it; released when all have taken theirs
 * @param priority of the request
 * @param parts may be empty
 */
record Delivery(BufferPool.Lease lease, Priority priority, List<Part> parts) {
  /**
   * @param want who takes it
   * @param range what it takes, in the asset
   * @param offsetInBuffer where that begins in the buffer
   */
  record Part(Want want, ByteRange range, long offsetInBuffer) {}

  /** What is taken, all told. */
  long bytes() {
    long bytes = 0;
    for (Part part : parts) {
      bytes += part.range().lengthBytes();
    }
    return bytes;
  }

  /** Gives everybody theirs; a sink that fails ends its want only. */
  void hand() {
    for (Part part : parts) {
      Want want = part.want();
      if (!want.future.isDone()) {
        hand(part, want);
      }
    }
  }

  /** Tells everybody what of theirs was spliced. */
  void tellSpliced() {
    for (Part part : parts) {
      part.want().sink.spliced(part.range().offset(), part.range().lengthBytes());
    }
  }

  private void hand(Part part, Want want) {
    ByteBuffer data =
        lease.buffer().slice((int) part.offsetInBuffer(), (int) part.range().lengthBytes());
    try {
      want.sink.accept(part.range().offset(), data, lease);
    } catch (IoFailure e) {
      want.future.completeExceptionally(e);
    } catch (RuntimeException | Error e) {
      want.future.completeExceptionally(
          new IoFailure.Disk("Cannot store what was read of " + want.asset + ": " + e + ".", e));
    }
  }

  /**
   * Everybody has theirs, and nothing of the buffer is needed for it any more.
   *
   * @param ending runs what ends a want, which may take a while
   */
  void tellTaken(Executor ending) {
    for (Part part : parts) {
      Want want = part.want();
      if (want.tookLast(part.range().lengthBytes())) {
        ending.execute(() -> want.future.complete(null));
      }
    }
  }
}
