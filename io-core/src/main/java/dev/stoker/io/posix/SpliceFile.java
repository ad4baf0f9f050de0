package dev.stoker.io.posix;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
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
    byte[] name = CString.of(path.toString());
    ByteBuffer terminated = ByteBuffer.allocateDirect(name.length).put(0, name);
    try {
      long opened = SpliceCalls.open(MemorySegment.ofBuffer(terminated).address());
      if (opened < 0) {
        throw new PosixException("open", path.toString(), (int) -opened);
      }
      return new SpliceFile(path.toString(), (int) opened);
    } finally {
      Reference.reachabilityFence(terminated);
    }
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
