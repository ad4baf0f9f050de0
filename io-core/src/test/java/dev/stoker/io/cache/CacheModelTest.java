package dev.stoker.io.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.posix.FolderHandle;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random reads, fills, pins, evictions, version changes, origin failures, restarts, crashes, bit
 * flips, staged links, scrubs, lost disks and readers at once against a plain model: every byte
 * follows from version and offset, so a reader gets exactly those or a named failure; and the
 * ceilings hold after every step. Prints its seed; {@code -Dstoker.seed=N} repeats a run and {@code
 * -Dstoker.operations=1000000} makes it long.
 */
@Timeout(3600)
class CacheModelTest {
  private static final int FILES = 12;
  private static final int MAX_LENGTH = 3 << 20;
  private static final long MIB = 1 << 20;

  /** Smaller than the twelve files together, in bytes and in inodes. */
  private static final long[] CEILINGS = {16 * MIB, 8 * MIB};

  private static final long MAX_FILES = 20;
  private static final int MAX_OPEN = 16;

  @TempDir Path top;
  private final List<Path> disks = new ArrayList<>();
  private CacheFixture fixture;
  private Random random;
  private final Map<Integer, Integer> versions = new HashMap<>();
  private final List<Link> links = new ArrayList<>();
  private final Set<Object> damaged = ConcurrentHashMap.newKeySet(); // identities and inodes
  private final Set<Path> away = new HashSet<>();
  private FolderHandle session;
  private int linksMade;
  private long removedInSilence;
  private boolean originFails;

  /** A cached file that lies in the session's folder; null for the handle after a restart. */
  private record Link(PinnedAsset asset, String name, PlacedFile placed, String owner) {}

  @AfterEach
  void close() {
    fixture.close();
    session.close();
  }

  @Test
  void readersGetTheBytesOfTheirVersionOrAnErrorWhateverHappens() throws Exception {
    long seed = Long.getLong("stoker.seed", System.nanoTime());
    int operations = Integer.getInteger("stoker.operations", 3_000);
    System.out.println(
        "CacheModelTest: -Dstoker.seed=" + seed + " -Dstoker.operations=" + operations);
    long startNanos = System.nanoTime();
    random = new Random(seed);
    session = FolderHandle.open(Files.createDirectory(top.resolve("session")));
    List<CacheSettings.Disk> settings = new ArrayList<>();
    for (int i = 0; i < CEILINGS.length; i++) {
      disks.add(Files.createDirectory(top.resolve("disk" + i)));
      settings.add(new CacheSettings.Disk(disks.get(i), CEILINGS[i], MAX_FILES));
    }
    fixture = new CacheFixture(top, new CacheSettings(settings, 4 << 20, MAX_OPEN));
    listen();
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
        checkCeilings();
      }
    } catch (Throwable e) {
      throw new AssertionError(
          "Failed at operation " + done + "; repeat with -Dstoker.seed=" + seed, e);
    }
    System.out.printf(
        "CacheModelTest: %d operations in %d s, %d links placed, %d grains found damaged last%n",
        done,
        (System.nanoTime() - startNanos) / 1_000_000_000,
        linksMade,
        fixture.cache.usage().corruptGrains());
  }

  private void listen() {
    fixture.cache.onDamage(file -> damaged.addAll(List.of(file.identity(), file.inode())));
  }

  private boolean isToldDamaged(Link link) throws IOException {
    Path path = top.resolve("session").resolve(link.name);
    return damaged.contains(link.asset.identity())
        || damaged.contains(Files.getAttribute(path, "unix:ino"));
  }

  private void checkCeilings() {
    CacheUsage usage = fixture.cache.usage();
    long present = 0;
    for (int i = 0; i < disks.size(); i++) {
      present += away.contains(disks.get(i)) ? 0 : CEILINGS[i];
    }
    assertEquals(present, usage.ceilingBytes());
    // What was linked while its entry left stays on disk until its last link is gone.
    long held = links.stream().mapToLong(link -> link.asset.info().lengthBytes() + 4096).sum();
    held += removedInSilence; // counts until somebody needs the room
    assertTrue(usage.bytes() <= present + held, usage + " with links of " + held);
    assertTrue(usage.files() <= MAX_FILES / 2 * disks.size(), "inodes: " + usage);
    assertTrue(usage.openFiles() <= MAX_OPEN / 2, "descriptors: " + usage);
  }

  private void step() throws Exception {
    int dice = random.nextInt(1000);
    if (dice >= 720) {
      fixture.origin.awaitQuiet(); // or an earlier reader's bytes would evict what this step checks
    }
    fixture.origin.requests.clear();
    if (dice < 720) {
      read();
    } else if (dice < 830) {
      fill();
    } else if (dice < 870) {
      versions.merge(random.nextInt(FILES), 1, Integer::sum);
    } else if (dice < 890) {
      fixture.open(asset()).pin("task" + random.nextInt(3));
    } else if (dice < 915) {
      fixture.cache.unpin("task" + random.nextInt(3));
    } else if (dice < 920) {
      fixture.cache.evictAll();
    } else if (dice < 930) {
      fixture.origin.pieceBytes = 4000 + random.nextInt(1 << random.nextInt(10, 21));
    } else if (dice < 945) {
      place();
    } else if (dice < 970) {
      withdraw();
    } else if (dice < 974) {
      scrubDamagedLink();
    } else if (dice < 984) {
      readAtOnce();
    } else if (dice < 989) {
      reopen();
    } else if (dice < 991) {
      crash();
    } else if (dice < 993) {
      loseOrFindDisk();
    } else if (dice < 994) {
      removeBehindOurBack();
    } else {
      fixture.cache.close();
      damage();
      open();
    }
  }

  private void open() {
    removedInSilence = 0; // a start looks
    fixture.open();
    listen();
    forgetHandles();
  }

  private void reopen() {
    fixture.cache.close();
    open();
  }

  /** Who placed a file does not outlive the process; the link does. */
  private void forgetHandles() {
    links.replaceAll(link -> new Link(link.asset, link.name, null, link.owner));
  }

  private PinnedAsset asset() {
    int file = random.nextInt(FILES);
    int version = versions.getOrDefault(file, 0);
    version -= version > 0 && random.nextInt(5) == 0 ? 1 : 0;
    int length = (file * 7919 + version * 104_729) * 31 % MAX_LENGTH;
    return MadeUpOrigin.asset("file" + file, "v" + version, Math.abs(length));
  }

  private void read() {
    originFails = random.nextInt(50) == 0;
    try {
      readSome(asset(), random);
    } catch (IoFailure.Unavailable e) {
      assertTrue(originFails, "only when the origin is away");
    } finally {
      originFails = false;
    }
  }

  private void readSome(PinnedAsset asset, Random dice) {
    long length = asset.info().lengthBytes();
    long offset = length == 0 ? 0 : dice.nextLong(length);
    long bytes = Math.min(length - offset, dice.nextLong(1L << dice.nextInt(1, 21)));
    fixture.check(asset, offset, bytes, dice.nextInt(4) != 0);
  }

  /** Six readers, two of them of one file, while everything that nobody holds leaves. */
  private void readAtOnce() throws Exception {
    PinnedAsset shared = asset();
    List<PinnedAsset> assets = List.of(shared, shared, asset(), asset(), asset(), asset());
    long seed = random.nextLong();
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> reads = new ArrayList<>();
      for (int i = 0; i < assets.size(); i++) {
        PinnedAsset asset = assets.get(i);
        Random dice = new Random(seed + i);
        reads.add(readers.submit(() -> readSome(asset, dice)));
      }
      fixture.cache.evictAll();
      for (Future<?> read : reads) {
        read.get();
      }
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
    } catch (ExecutionException e) {
      assertTrue(e.getCause() instanceof IoFailure.Disk, "pins may take the ceiling up: " + e);
    }
  }

  /** Lays a file out as a stage does, and reads it as a renderer does. */
  private void place() throws Exception {
    if (links.size() >= 3) {
      return; // linked files cannot leave: more would take the whole ceiling up
    }
    PinnedAsset asset = asset();
    String name = "link" + linksMade++;
    CachedAsset cached = fixture.open(asset);
    String owner = "stage " + name;
    cached.pin(owner);
    try {
      Placement cheapest = random.nextInt(4) == 0 ? Placement.COPY : Placement.LINK;
      PlacedFile placed = cached.place(session, name, cheapest, CacheFixture.soon());
      links.add(new Link(asset, name, placed, owner));
      assertPlacedRight(asset, name);
    } catch (IoFailure.Disk e) {
      fixture.cache.unpin(owner); // pins may take the ceiling up
      Files.deleteIfExists(top.resolve("session").resolve(name));
    }
  }

  private void assertPlacedRight(PinnedAsset asset, String name) throws IOException {
    byte[] placed = Files.readAllBytes(top.resolve("session").resolve(name));
    int wrong =
        ByteBuffer.wrap(placed).mismatch(MadeUpOrigin.content(asset, asset.info().wholeRange()));
    assertEquals(-1, wrong, () -> asset.identity() + " was laid out as " + name + " of " + links);
  }

  private void withdraw() throws Exception {
    if (links.isEmpty()) {
      return;
    }
    Link link = links.remove(random.nextInt(links.size()));
    if (!isToldDamaged(link)) {
      // Damage of a stopped cache may be in it; the reader of a link has only the scrub.
      fixture.cache.scrub();
    }
    if (!isToldDamaged(link)) {
      assertPlacedRight(link.asset, link.name);
    }
    if (link.placed != null) {
      link.placed.withdraw(session, link.name);
    } else {
      Files.delete(top.resolve("session").resolve(link.name)); // as the next process does
      removedInSilence += link.asset.info().lengthBytes() + 4096;
    }
    fixture.cache.unpin(link.owner);
    if (links.stream().noneMatch(other -> other.asset.equals(link.asset))) {
      damaged.remove(link.asset.identity());
    }
  }

  private void scrubDamagedLink() throws Exception {
    for (Link link : links) {
      Path path = top.resolve("session").resolve(link.name);
      boolean isLink = (int) Files.getAttribute(path, "unix:nlink") > 1;
      if (isLink && link.asset.info().lengthBytes() > 0) {
        flip(path);
        if (!isToldDamaged(link)) {
          fixture.cache.scrub();
          assertTrue(isToldDamaged(link), "the scrub saw a flipped bit in " + link);
        }
        return;
      }
    }
  }

  /**
   * What a killed process leaves: a copy of the folders as they are at this moment, with writers at
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
    List<Path> copies = new ArrayList<>();
    for (Path disk : disks) {
      Path copy = top.resolve("copy of " + disk.getFileName());
      if (Files.isDirectory(disk)) {
        copy(disk, copy);
        copies.add(copy);
      }
    }
    filling.handle((nothing, failure) -> null).get();
    fixture.cache.close();
    for (Path copy : copies) {
      Path disk = top.resolve(copy.getFileName().toString().substring("copy of ".length()));
      // Folders stay: making and removing them takes most of the time.
      eachFile(disk, Files::delete);
      eachFile(copy, file -> Files.move(file, disk.resolve(copy.relativize(file))));
    }
    dropLinks(); // the copies are files of their own
    open();
  }

  private void dropLinks() throws IOException {
    for (Link link : links) {
      Files.delete(top.resolve("session").resolve(link.name));
    }
    links.clear();
    damaged.clear();
  }

  /** A disk that is not there at a start; what lay on it comes from the origin, or back with it. */
  private void loseOrFindDisk() throws Exception {
    fixture.cache.close();
    Path disk = disks.get(random.nextInt(disks.size()));
    Path hidden = top.resolve("hidden");
    dropLinks(); // nobody watches what lies on a lost disk, and whoever reads it is told so by it
    if (away.isEmpty()) {
      Files.move(disk, hidden);
      Files.createFile(disk);
      away.add(disk);
    } else {
      disk = away.iterator().next();
      Files.delete(disk);
      Files.move(hidden, disk);
      away.remove(disk);
    }
    open();
  }

  /** Somebody tidies up; of a linked file nobody could tell any more which it was. */
  private void removeBehindOurBack() throws Exception {
    List<Path> files = files(EntryId.DATA);
    if (!files.isEmpty()) {
      Path victim = files.get(random.nextInt(files.size()));
      if ((int) Files.getAttribute(victim, "unix:nlink") == 1) {
        Files.delete(victim);
      }
    }
  }

  private List<Path> files(String suffix) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path disk : disks) {
      if (Files.isDirectory(disk)) {
        eachFile(
            disk,
            file -> {
              if (file.toString().endsWith(suffix)) {
                found.add(file);
              }
            });
      }
    }
    found.sort(null);
    return found;
  }

  private void damage() throws Exception {
    List<Path> files =
        Stream.concat(files(EntryId.DATA).stream(), files(EntryId.INDEX).stream()).toList();
    for (int i = random.nextInt(1, 6); i > 0 && !files.isEmpty(); i--) {
      Path victim = files.get(random.nextInt(files.size()));
      if (!Files.exists(victim)) {
        continue; // deleted in an earlier turn
      }
      int how = random.nextInt(4);
      // What is linked and cut short is another entry at the next start, which no scrub reads.
      boolean linked = (int) Files.getAttribute(victim, "unix:nlink") > 1;
      if (how == 0 && !linked) {
        try (RandomAccessFile file = new RandomAccessFile(victim.toFile(), "rw")) {
          file.setLength(random.nextLong(file.length() + 1));
        }
      } else if (how == 1 && !linked) {
        Files.delete(victim);
      } else {
        flip(victim);
      }
    }
  }

  private void flip(Path victim) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(victim.toFile(), "rw")) {
      if (file.length() > 0) {
        long at = random.nextLong(file.length());
        file.seek(at);
        int old = file.read();
        file.seek(at);
        file.write(old ^ 1 << random.nextInt(8));
      }
    }
  }

  private interface FileAction {
    void on(Path file) throws IOException;
  }

  /** Files that come and go meanwhile are met or not. */
  private static void eachFile(Path folder, FileAction action) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            action.on(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void copy(Path from, Path to) throws IOException {
    eachFile(
        from,
        file -> {
          Path target = to.resolve(from.relativize(file));
          Files.createDirectories(target.getParent());
          try {
            Files.copy(file, target);
          } catch (NoSuchFileException e) {
            // Evicted at this moment.
          }
        });
  }
}
