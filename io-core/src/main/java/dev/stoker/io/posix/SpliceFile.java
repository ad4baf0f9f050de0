package dev.stoker.io.posix;

import java.nio.file.Path;

/** A file that {@link SplicePipe} writes to. Its owner closes it once nobody uses it. */
public final class SpliceFile implements AutoCloseable {
  private final String path;
  private int descriptor;

  private SpliceFile(String path, int descriptor) {
    this.path = path;
    this.descriptor = descriptor;
  }

  /** Opens a file that exists and is no link. */
  public static SpliceFile open(Path path) throws PosixException {
    long opened = SpliceCalls.open(NativeTexts.begin().add(path.toString()));
    if (opened < 0) {
      throw new PosixException("open", path.toString(), (int) -opened);
    }
    return new SpliceFile(path.toString(), (int) opened);
  }

  int descriptor() {
    return descriptor;
  }

  @Override
  public String toString() {
    return path;
  }

  /** A second call does nothing. */
  @Override
  public void close() {
    int open = descriptor;
    descriptor = -1;
    if (open >= 0) {
      SpliceCalls.close(open);
    }
  }
}
