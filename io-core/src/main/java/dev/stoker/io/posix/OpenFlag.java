package dev.stoker.io.posix;

/** How a file is opened; without any, for reading. */
public enum OpenFlag {
  WRITE(LibC.O_RDWR),
  CREATE(LibC.O_CREAT),
  EXCLUSIVE(LibC.O_EXCL),
  TRUNCATE(LibC.O_TRUNC),
  NO_FOLLOW(LibC.O_NOFOLLOW),
  /** Past the page cache: address, offset and length must be multiples of 4096. */
  DIRECT(LibC.O_DIRECT);

  private final int bits;

  OpenFlag(int bits) {
    this.bits = bits;
  }

  static int bits(OpenFlag... flags) {
    int all = LibC.O_RDONLY | LibC.O_CLOEXEC;
    for (OpenFlag flag : flags) {
      all |= flag.bits;
    }
    return all;
  }
}
