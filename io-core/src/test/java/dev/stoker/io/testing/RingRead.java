package dev.stoker.io.testing;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.source.AssetSource;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Reads as the fetch engine does for a quick sink: through a ring that may be shorter. */
public final class RingRead {
  private final byte[] got;
  private final ByteBuffer ring;
  private int seenBytes;

  private RingRead(int bytes, int ringBytes) {
    got = new byte[bytes];
    ring = ByteBuffer.allocateDirect(Math.min(bytes, ringBytes));
  }

  /** What {@code source} told of, in order, and no more; the read ended well. */
  public static byte[] of(
      AssetSource source, AssetInfo pinned, ByteRange range, int ringBytes, Deadline deadline)
      throws ExecutionException, InterruptedException, TimeoutException {
    RingRead read = new RingRead((int) range.lengthBytes(), ringBytes);
    source
        .read(pinned, range, read.ring, deadline, read::arrived)
        .get(deadline.remainingMillis() + 10_000, TimeUnit.MILLISECONDS);
    if (read.seenBytes != range.lengthBytes()) {
      throw new AssertionError("Of " + range + ", " + read.seenBytes + " bytes were told of.");
    }
    return read.got;
  }

  private void arrived(int bytes) {
    ring.get(seenBytes % ring.capacity(), got, seenBytes, bytes - seenBytes);
    seenBytes = bytes;
  }
}
