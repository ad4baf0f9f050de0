package dev.stoker.benchmarks.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory that this machine keeps between runs as page cache of a file, and gives up right before
 * each: what a virtual machine returned to its host costs about 5 µs per 4 KiB page on first touch,
 * which would be counted as the contestant's.
 */
final class PageReserve {
  private static final int CHUNK_BYTES = 4 << 20;

  private final Path file;
  private final long bytes;

  PageReserve(Path file, long bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  Path file() {
    return file;
  }

  /** Takes the memory (back). */
  void fill() {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      boolean there = channel.size() >= bytes;
      for (long at = 0; at < bytes; at += CHUNK_BYTES) {
        chunk.clear();
        int _ = there ? channel.read(chunk, at) : channel.write(chunk, at);
      }
      channel.force(false); // dirty pages could not be given up
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot hold " + bytes + " bytes of page cache", e);
    }
  }
}
