package dev.stoker.io.cache;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an index file: a header, then a log of records, each with a checksum of its own.
 *
 * <p>Only appending changes an index, so a process killed at any moment leaves a log whose last
 * record may be torn; reading stops there. A record's checksum is seeded with the header's and with
 * the record's place, so neither another file's records nor stale bytes past the end are taken for
 * this file's. All numbers are little-endian.
 *
 * <pre>
 * header:  "STOKIDX1"  u32 header bytes  u32 grain bytes  u64 file length  identity (UTF-8)  u64 XXH64
 * record:  u8 kind  u24 count  u32 first grain  count × u64 XXH64 of grain (present only)  u64 XXH64
 * </pre>
 */
final class IndexFormat {
  /** "STOKIDX1" read little-endian; the digit is the format's version. */
  private static final long MAGIC = 0x3158_4449_4b4f_5453L;

  private static final int FIXED_HEADER_BYTES = 24;
  static final int MAX_IDENTITY_BYTES = 16 << 10;
  private static final int RECORD_OVERHEAD_BYTES = 16;
  private static final int PRESENT = 1;
  private static final int ABSENT = 2;

  private IndexFormat() {}

  /**
   * What an index says.
   *
   * @param identity the asset version that it belongs to
   * @param map its grains
   * @param headerChecksum seeds the checksums of its records
   * @param validBytes where the next record goes; what lies beyond is torn
   */
  record Contents(String identity, GrainMap map, long headerChecksum, int validBytes) {}

  /**
   * A header alone.
   *
   * @param identity the asset version that it belongs to
   * @param lengthBytes of the asset
   * @param bytes of the header
   * @param checksum of the header
   */
  record Header(String identity, long lengthBytes, int bytes, long checksum) {}

  /** A direct buffer that holds the header of a new index. */
  static ByteBuffer header(String identity, long lengthBytes) {
    byte[] name = identity.getBytes(StandardCharsets.UTF_8);
    int bytes = FIXED_HEADER_BYTES + name.length + 8;
    ByteBuffer out = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(MAGIC).putInt(bytes).putInt(Grain.BYTES).putLong(lengthBytes).put(name);
    out.putLong(Checksum.of(out, 0, bytes - 8));
    return out.flip();
  }

  /** The checksum that ends a header made by {@link #header}: the seed of its records. */
  static long checksumOf(ByteBuffer header) {
    return header.duplicate().order(ByteOrder.LITTLE_ENDIAN).getLong(header.limit() - 8);
  }

  /** Reads the header at the buffer's start, or gives null where there is none that holds. */
  static @Nullable Header readHeader(ByteBuffer file) {
    ByteBuffer in = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (in.limit() < FIXED_HEADER_BYTES + 8 || in.getLong(0) != MAGIC) {
      return null;
    }
    int bytes = in.getInt(8);
    int nameBytes = bytes - FIXED_HEADER_BYTES - 8;
    long lengthBytes = in.getLong(16);
    if (nameBytes < 0
        || nameBytes > MAX_IDENTITY_BYTES
        || bytes > in.limit()
        || in.getInt(12) != Grain.BYTES
        || lengthBytes < 0
        || lengthBytes > (long) Integer.MAX_VALUE * Grain.BYTES) {
      return null;
    }
    long checksum = in.getLong(bytes - 8);
    if (checksum != Checksum.of(file, 0, bytes - 8)) {
      return null;
    }
    byte[] name = new byte[nameBytes];
    in.get(FIXED_HEADER_BYTES, name);
    return new Header(new String(name, StandardCharsets.UTF_8), lengthBytes, bytes, checksum);
  }

  /** Reads a whole index, up to its first torn record; null where not even the header holds. */
  static @Nullable Contents read(ByteBuffer file) {
    Header header = readHeader(file);
    if (header == null) {
      return null;
    }
    GrainMap map = new GrainMap(header.lengthBytes());
    ByteBuffer in = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int at = header.bytes();
    while (true) {
      int bytes = readRecord(in, at, header.checksum(), map);
      if (bytes == 0) {
        return new Contents(header.identity(), map, header.checksum(), at);
      }
      at += bytes;
    }
  }

  /** Applies the record at {@code at} and gives its size, or 0 where it is torn or none. */
  private static int readRecord(ByteBuffer in, int at, long seed, GrainMap map) {
    if (in.limit() - at < RECORD_OVERHEAD_BYTES) {
      return 0;
    }
    int kind = in.getInt(at) & 0xff;
    int count = in.getInt(at) >>> 8;
    long first = Integer.toUnsignedLong(in.getInt(at + 4));
    long bytes = RECORD_OVERHEAD_BYTES + (kind == PRESENT ? 8L * count : 0);
    if ((kind != PRESENT && kind != ABSENT)
        || count == 0
        || first + count > map.grains()
        || bytes > in.limit() - at) {
      return 0;
    }
    int end = at + (int) bytes - 8;
    if (in.getLong(end) != Checksum.of(in, at, end - at, seed ^ at)) {
      return 0;
    }
    if (kind == ABSENT) {
      map.remove((int) first, (int) first + count);
    } else {
      for (int i = 0; i < count; i++) {
        map.add((int) first + i, in.getLong(at + 8 + 8 * i));
      }
    }
    return (int) bytes;
  }

  /** A direct buffer with the record "these grains are here now", to be written at {@code at}. */
  static ByteBuffer present(int first, long[] checksums, long seed, long at) {
    ByteBuffer out = record(PRESENT, first, checksums.length, 8 * checksums.length);
    for (long checksum : checksums) {
      out.putLong(checksum);
    }
    return seal(out, seed, at);
  }

  /** A direct buffer with the record "these grains are gone", to be written at {@code at}. */
  static ByteBuffer absent(int first, int end, long seed, long at) {
    return seal(record(ABSENT, first, end - first, 0), seed, at);
  }

  private static ByteBuffer record(int kind, int first, int count, int bodyBytes) {
    return ByteBuffer.allocateDirect(RECORD_OVERHEAD_BYTES + bodyBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(kind | count << 8)
        .putInt(first);
  }

  private static ByteBuffer seal(ByteBuffer out, long seed, long at) {
    return out.putLong(Checksum.of(out, 0, out.position(), seed ^ at)).flip();
  }
}
