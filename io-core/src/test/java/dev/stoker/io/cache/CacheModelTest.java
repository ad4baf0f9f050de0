package dev.stoker.io.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.Priority;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random reads, fills, pins, evictions, version changes, origin failures, restarts, crashes and bit
 * flips against a plain model: every byte follows from version and offset, so a reader gets exactly
 * those or a named failure. Prints its seed; {@code -Dstoker.seed=N} repeats a run and {@code
 * -Dstoker.operations=1000000} makes it long.
 */
@Timeout(3600)
class CacheModelTest {
  private static final int FILES = 12;
  private static final long CEILING = 24L << 20;
  private static final int MAX_LENGTH = 3 << 20;

  @TempDir Path top;
  private CacheFixture fixture;
  private Random random;
  private final Map<Integer, Integer> versions = new HashMap<>();
  private boolean originFails;

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void readersGetTheBytesOfTheirVersionOrAnErrorWhateverHappens() throws Exception {
    long seed = Long.getLong("stoker.seed", System.nanoTime());
    int operations = Integer.getInteger("stoker.operations", 3_000);
    System.out.println(
        "CacheModelTest: -Dstoker.seed=" + seed + " -Dstoker.operations=" + operations);
    random = new Random(seed);
    Path folder = Files.createDirectory(top.resolve("cache"));
    fixture = new CacheFixture(folder, CEILING);
    fixture.waitsForDisk = false;
    fixture.origin.gate =
        request ->
            originFails
                ? CompletableFuture.failedFuture(new IoFailure.Unavailable("It is away.", null))
                : CompletableFuture.completedFuture(null);
    int done = 0;
    try {
      for (; done < operations; done++) {
        step();
        assertTrue(fixture.cache.usage().bytes() <= CEILING, "the ceiling holds");
      }
    } catch (Throwable e) {
      throw new AssertionError(
          "Failed at operation " + done + "; repeat with -Dstoker.seed=" + seed, e);
    }
  }

  private void step() throws Exception {
    int dice = random.nextInt(1000);
    if (dice >= 760) {
      fixture.origin.awaitQuiet(); // or an earlier reader's bytes would evict what this step checks
    }
    fixture.origin.requests.clear();
    if (dice < 760) {
      read();
    } else if (dice < 880) {
      fill();
    } else if (dice < 920) {
      versions.merge(random.nextInt(FILES), 1, Integer::sum);
    } else if (dice < 940) {
      fixture.open(asset()).pin("task" + random.nextInt(3));
    } else if (dice < 965) {
      fixture.cache.unpin("task" + random.nextInt(3));
    } else if (dice < 970) {
      fixture.cache.evictAll();
    } else if (dice < 980) {
      fixture.origin.pieceBytes = 4000 + random.nextInt(1 << random.nextInt(10, 21));
    } else if (dice < 986) {
      fixture.reopen();
    } else if (dice < 990) {
      crash();
    } else {
      fixture.cache.close();
      damage();
      fixture.open();
    }
  }

  private PinnedAsset asset() {
    int file = random.nextInt(FILES);
    int version = versions.getOrDefault(file, 0);
    version -= version > 0 && random.nextInt(5) == 0 ? 1 : 0;
    int length = (file * 7919 + version * 104_729) * 31 % MAX_LENGTH;
    return MadeUpOrigin.asset("file" + file, "v" + version, Math.abs(length));
  }

  private void read() {
    PinnedAsset asset = asset();
    long length = asset.info().lengthBytes();
    long offset = length == 0 ? 0 : random.nextLong(length);
    long bytes = Math.min(length - offset, random.nextLong(1L << random.nextInt(1, 21)));
    originFails = random.nextInt(50) == 0;
    try {
      fixture.check(asset, offset, bytes, random.nextInt(4) != 0);
    } catch (IoFailure.Unavailable e) {
      assertTrue(originFails, "only when the origin is away");
    } finally {
      originFails = false;
    }
  }

  private void fill() throws Exception {
    PinnedAsset asset = asset();
    long length = asset.info().lengthBytes();
    long offset = length == 0 ? 0 : random.nextLong(length);
    ByteRange range = new ByteRange(offset, random.nextLong(length - offset + 1));
    try {
      fixture
          .open(asset)
          .fill(List.of(range), Priority.PREFETCH, CacheFixture.soon(), FillProgress.NONE)
          .get();
      long sent = fixture.origin.sentBytes.get();
      long damagedBefore = fixture.cache.usage().corruptGrains();
      fixture.check(asset, offset, range.lengthBytes());
      if (fixture.cache.usage().corruptGrains() == damagedBefore) {
        assertEquals(sent, fixture.origin.sentBytes.get(), "what was filled is there");
      }
    } catch (java.util.concurrent.ExecutionException e) {
      assertTrue(e.getCause() instanceof IoFailure.Disk, "pins may take the ceiling up: " + e);
    }
  }

  /**
   * What a killed process leaves: a copy of the folder as it is at this moment, with writers at
   * work, becomes the cache.
   */
  private void crash() throws Exception {
    PinnedAsset asset = asset();
    CompletableFuture<Void> filling =
        fixture
            .open(asset)
            .fill(
                List.of(asset.info().wholeRange()),
                Priority.PREFETCH,
                CacheFixture.soon(),
                FillProgress.NONE);
    Path copy = top.resolve("copy");
    copy(fixture.folder, copy);
    filling.handle((nothing, failure) -> null).get();
    fixture.cache.close();
    delete(fixture.folder);
    Files.move(copy, fixture.folder);
    fixture.open();
  }

  private void damage() throws Exception {
    List<Path> files =
        Stream.concat(fixture.files(EntryId.DATA).stream(), fixture.files(EntryId.INDEX).stream())
            .toList();
    for (int i = random.nextInt(1, 6); i > 0 && !files.isEmpty(); i--) {
      Path victim = files.get(random.nextInt(files.size()));
      try (RandomAccessFile file = new RandomAccessFile(victim.toFile(), "rw")) {
        switch (random.nextInt(4)) {
          case 0 -> file.setLength(random.nextLong(file.length() + 1));
          case 1 -> Files.deleteIfExists(victim);
          default -> {
            if (file.length() > 0) {
              long at = random.nextLong(file.length());
              file.seek(at);
              int old = file.read();
              file.seek(at);
              file.write(old ^ 1 << random.nextInt(8));
            }
          }
        }
      } catch (java.io.FileNotFoundException e) {
        // Deleted in an earlier turn.
      }
    }
  }

  /** Files that come and go meanwhile may be in the copy or not. */
  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(folder)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            try {
              Files.copy(file, to.resolve(from.relativize(file)));
            } catch (NoSuchFileException e) {
              // Evicted at this moment.
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void delete(Path folder) throws Exception {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) all.sorted(java.util.Comparator.reverseOrder())::iterator) {
        Files.delete(path);
      }
    }
  }
}
