package dev.stoker.io.mount.fuse;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What kernel and tree agree on at the start (FUSE_INIT). Everything is asked for by flag and used
 * only where the kernel offered it, so that one program serves 5.14 (protocol 7.33) and newer.
 *
 * @param minor of the protocol, as both speak it
 * @param flags agreed on
 * @param readAheadBytes what the kernel would read ahead by itself
 * @param maxRequestBytes of a READ
 * @param maxWriteBytes of a WRITE
 */
record Negotiation(
    int minor, long flags, int readAheadBytes, int maxRequestBytes, int maxWriteBytes) {
  static final int MAJOR = 7;

  /** The newest that this code knows; of Linux 6.17. */
  private static final int NEWEST = 45;

  /** Linux 5.4; older ones lack what is relied on below. */
  private static final int OLDEST = 31;

  // Flags of FUSE_INIT, linux/fuse.h.
  static final long ASYNC_READ = 1;
  static final long ATOMIC_O_TRUNC = 1 << 3;
  static final long EXPORT_SUPPORT = 1 << 4;
  static final long BIG_WRITES = 1 << 5;
  static final long DONT_MASK = 1 << 6;
  static final long DO_READDIRPLUS = 1 << 13;
  static final long READDIRPLUS_AUTO = 1 << 14;
  static final long ASYNC_DIO = 1 << 15;
  static final long PARALLEL_DIROPS = 1 << 18;
  static final long HANDLE_KILLPRIV = 1 << 19;
  static final long MAX_PAGES = 1 << 22;
  static final long CACHE_SYMLINKS = 1 << 23;
  static final long EXPLICIT_INVAL_DATA = 1 << 25;
  static final long HANDLE_KILLPRIV_V2 = 1 << 28;
  static final long INIT_EXT = 1 << 30;
  static final long PASSTHROUGH = 1L << 37;

  private static final long ALWAYS =
      ASYNC_READ
          | BIG_WRITES
          | DO_READDIRPLUS
          | READDIRPLUS_AUTO
          | ASYNC_DIO
          | PARALLEL_DIROPS
          | MAX_PAGES
          | CACHE_SYMLINKS
          | EXPLICIT_INVAL_DATA
          | INIT_EXT;

  private static final int PAGE_BYTES = 4096;

  /** FUSE_MAX_MAX_PAGES of every kernel since 4.20: 1 MiB. */
  static final int MAX_REQUEST_BYTES = 256 * PAGE_BYTES;

  /** What a kernel without MAX_PAGES sends at most. */
  private static final int OLD_REQUEST_BYTES = 32 * PAGE_BYTES;

  /**
   * Reads and readahead that the kernel has under way for all readers together; the default of 12
   * starves 256 of them. Each holds up to {@link #MAX_REQUEST_BYTES} of ours.
   */
  private static final int MAX_BACKGROUND = 64;

  /** sizeof(struct fuse_init_out) since 7.23. */
  private static final int REPLY_BYTES = 64;

  /**
   * @param passthrough whether the tree may let the kernel read files itself
   * @throws UnsupportedOperationException naming both versions, for a kernel that is too old
   */
  static Negotiation of(Request.Init kernel, boolean passthrough, boolean writable) {
    if (kernel.major() != MAJOR || kernel.minor() < OLDEST) {
      throw new UnsupportedOperationException(
          "This kernel speaks FUSE %d.%d; Stoker needs 7.%d, of Linux 5.4, at least."
              .formatted(kernel.major(), kernel.minor(), OLDEST));
    }
    long wanted = ALWAYS;
    if (passthrough) {
      wanted |= PASSTHROUGH;
    }
    if (writable) {
      // With the second of them the kernel does not ask for security.capability at each write.
      wanted |= ATOMIC_O_TRUNC | HANDLE_KILLPRIV | HANDLE_KILLPRIV_V2;
      wanted &= ~CACHE_SYMLINKS;
    }
    long agreed = wanted & kernel.flags();
    if ((agreed & INIT_EXT) == 0) {
      agreed &= 0xffff_ffffL;
    }
    int maxRequestBytes = (agreed & MAX_PAGES) != 0 ? MAX_REQUEST_BYTES : OLD_REQUEST_BYTES;
    return new Negotiation(
        Math.min(kernel.minor(), NEWEST),
        agreed,
        kernel.readAheadBytes(),
        maxRequestBytes,
        writable ? maxRequestBytes : PAGE_BYTES);
  }

  boolean has(long flag) {
    return (flags & flag) != 0;
  }

  /** Appends struct fuse_init_out. */
  void write(ByteBuffer out) {
    out.order(ByteOrder.nativeOrder());
    int start = out.position();
    for (int i = 0; i < REPLY_BYTES / 8; i++) {
      out.putLong(0);
    }
    out.putInt(start, MAJOR)
        .putInt(start + 4, minor)
        .putInt(start + 8, Math.max(readAheadBytes, MAX_REQUEST_BYTES))
        .putInt(start + 12, (int) flags)
        .putShort(start + 16, (short) MAX_BACKGROUND)
        .putShort(start + 18, (short) (MAX_BACKGROUND * 3 / 4))
        .putInt(start + 20, maxWriteBytes)
        .putInt(start + 24, 1) // time_gran: nanoseconds
        .putShort(start + 28, (short) (maxRequestBytes / PAGE_BYTES))
        .putInt(start + 32, (int) (flags >>> 32))
        .putInt(start + 36, has(PASSTHROUGH) ? 1 : 0); // max_stack_depth
  }
}
