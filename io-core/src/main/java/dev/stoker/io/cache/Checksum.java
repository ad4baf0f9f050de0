package dev.stoker.io.cache;

import java.nio.ByteBuffer;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;

/** XXH64, by native code where there is some for this machine. Not against forgers: against rot. */
final class Checksum {
  private static final XXHash64 XXH64 = XXHashFactory.fastestInstance().hash64();

  private Checksum() {}

  /**
   * Of {@code length} bytes from {@code at}, an absolute index; the buffer's state is untouched.
   */
  static long of(ByteBuffer buffer, int at, int length, long seed) {
    return XXH64.hash(buffer, at, length, seed);
  }

  static long of(ByteBuffer buffer, int at, int length) {
    return of(buffer, at, length, 0);
  }
}
