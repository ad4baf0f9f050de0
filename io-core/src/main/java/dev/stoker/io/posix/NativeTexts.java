package dev.stoker.io.posix;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Texts where the C library finds them, for one call by JNI: each thread has memory for two paths
 * (PATH_MAX, limits.h) and more, which its next call uses again.
 */
final class NativeTexts {
  private static final int BYTES = 16 << 10;

  private static final ThreadLocal<NativeTexts> OF_THREAD =
      ThreadLocal.withInitial(NativeTexts::new);

  private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
  private final long address = MemorySegment.ofBuffer(bytes).address();

  private NativeTexts() {}

  /** This thread's, empty. */
  static NativeTexts begin() {
    NativeTexts own = OF_THREAD.get();
    own.bytes.clear();
    return own;
  }

  /** Where {@code text} is now, as UTF-8 with a NUL behind it. */
  long add(String text) throws PosixException {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Where {@code text} is now, with a NUL behind it. */
  long add(byte[] text) throws PosixException {
    if (text.length >= bytes.remaining()) {
      throw new PosixException("write", "a name", Errno.ENAMETOOLONG.number());
    }
    long start = address + bytes.position();
    bytes.put(text).put((byte) 0);
    return start;
  }
}
