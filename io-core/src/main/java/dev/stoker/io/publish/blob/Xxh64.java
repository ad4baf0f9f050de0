package dev.stoker.io.publish.blob;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * XXH64 with seed 0 over content that arrives in pieces
 * (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md, "XXH64 algorithm").
 *
 * <p>lz4-java has it too, but its streaming form takes byte arrays only: the pieces here lie in
 * direct buffers on their way to a socket, and copying them would cost as much as hashing them.
 *
 * <p>Not thread-safe.
 */
public final class Xxh64 {
  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_5 = 0x27D4EB2F165667C5L;

  /** Four lanes of eight bytes. */
  private static final int STRIPE_BYTES = 32;

  /** PRIME_1 + PRIME_2, which overflows. */
  private long lane1 = 0x60EA27EEADC0B5D6L;

  private long lane2 = PRIME_2;
  private long lane3 = 0;
  private long lane4 = -PRIME_1;
  private long totalBytes;

  /** The start of a stripe whose end has not come yet. */
  private final ByteBuffer partial =
      ByteBuffer.allocate(STRIPE_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  /** Adds what remains in {@code piece}; its position stays. */
  public void update(ByteBuffer piece) {
    ByteBuffer from = piece.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    totalBytes += from.remaining();
    if (partial.position() > 0) {
      int take = Math.min(partial.remaining(), from.remaining());
      partial.put(from.slice(from.position(), take));
      from.position(from.position() + take);
      if (partial.hasRemaining()) {
        return;
      }
      stripes(partial, 0, STRIPE_BYTES);
      partial.clear();
    }
    int whole = from.remaining() / STRIPE_BYTES * STRIPE_BYTES;
    stripes(from, from.position(), from.position() + whole);
    from.position(from.position() + whole);
    partial.put(from);
  }

  /** {@code xxh64:} and 16 hexadecimal digits; more may be added afterwards. */
  public String text() {
    return "xxh64:" + HexFormat.of().toHexDigits(value());
  }

  /** The hash as a number. */
  public long value() {
    long hash;
    if (totalBytes >= STRIPE_BYTES) {
      hash =
          Long.rotateLeft(lane1, 1)
              + Long.rotateLeft(lane2, 7)
              + Long.rotateLeft(lane3, 12)
              + Long.rotateLeft(lane4, 18);
      hash = merge(merge(merge(merge(hash, lane1), lane2), lane3), lane4);
    } else {
      hash = PRIME_5;
    }
    return avalanche(tail(hash + totalBytes));
  }

  private void stripes(ByteBuffer from, int start, int end) {
    long a = lane1;
    long b = lane2;
    long c = lane3;
    long d = lane4;
    for (int at = start; at < end; at += STRIPE_BYTES) {
      a = round(a, from.getLong(at));
      b = round(b, from.getLong(at + 8));
      c = round(c, from.getLong(at + 16));
      d = round(d, from.getLong(at + 24));
    }
    lane1 = a;
    lane2 = b;
    lane3 = c;
    lane4 = d;
  }

  private long tail(long start) {
    long hash = start;
    int at = 0;
    int end = partial.position();
    for (; at + 8 <= end; at += 8) {
      hash = Long.rotateLeft(hash ^ round(0, partial.getLong(at)), 27) * PRIME_1 + PRIME_4;
    }
    if (at + 4 <= end) {
      hash ^= (partial.getInt(at) & 0xffffffffL) * PRIME_1;
      hash = Long.rotateLeft(hash, 23) * PRIME_2 + PRIME_3;
      at += 4;
    }
    for (; at < end; at++) {
      hash = Long.rotateLeft(hash ^ (partial.get(at) & 0xff) * PRIME_5, 11) * PRIME_1;
    }
    return hash;
  }

  private static long round(long lane, long input) {
    return Long.rotateLeft(lane + input * PRIME_2, 31) * PRIME_1;
  }

  private static long merge(long hash, long lane) {
    return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
  }

  private static long avalanche(long start) {
    long hash = start;
    hash = (hash ^ hash >>> 33) * PRIME_2;
    hash = (hash ^ hash >>> 29) * PRIME_3;
    return hash ^ hash >>> 32;
  }
}
