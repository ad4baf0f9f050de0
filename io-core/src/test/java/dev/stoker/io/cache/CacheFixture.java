package dev.stoker.io.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.PinnedAsset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** A cache over a made-up origin, to be reopened at will. */
final class CacheFixture implements AutoCloseable {
  static final String PROJECT = "show";

  final MadeUpOrigin origin = new MadeUpOrigin();
  final AtomicLong nanos = new AtomicLong(1);
  final Path folder;
  final CacheSettings settings;
  ReadRights rights = (project, asset, deadline) -> {};
  BlockCache cache;

  /** Whether a check ends only when the disk has taken what its reader got. */
  boolean waitsForDisk = true;

  CacheFixture(Path folder, long ceilingBytes) {
    this(folder, CacheSettings.of(folder, ceilingBytes, 8 << 20));
  }

  CacheFixture(Path folder, CacheSettings settings) {
    this.folder = folder;
    this.settings = settings;
    open();
  }

  static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  void open() {
    cache =
        BlockCache.open(
            settings, origin, (p, a, d) -> rights.require(p, a, d), nanos::incrementAndGet);
  }

  void reopen() {
    cache.close();
    open();
  }

  CachedAsset open(PinnedAsset asset) {
    return cache.open(asset, PROJECT, soon());
  }

  /** Reads and compares every byte. */
  void check(PinnedAsset asset, long offset, long lengthBytes) {
    check(asset, offset, lengthBytes, true);
  }

  void check(PinnedAsset asset, long offset, long lengthBytes, boolean direct) {
    ByteBuffer into =
        direct
            ? ByteBuffer.allocateDirect((int) lengthBytes)
            : ByteBuffer.allocate((int) lengthBytes);
    ByteRange range = new ByteRange(offset, lengthBytes);
    open(asset).read(range, into, soon());
    if (waitsForDisk) {
      origin.awaitQuiet();
    }
    assertEquals(0, into.remaining());
    into.flip();
    int wrong = origin.mismatch(asset, range, into);
    if (wrong >= 0) {
      fail("Wrong byte at " + (offset + wrong) + " of " + asset.identity() + ", read by " + range);
    }
  }

  void checkAll(PinnedAsset asset) {
    check(asset, 0, asset.info().lengthBytes());
  }

  List<Path> files(String suffix) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .filter(f -> f.toString().endsWith(suffix))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    cache.close();
    origin.close();
  }
}
