package dev.stoker.io.cache;

import static dev.stoker.io.cache.CacheFixture.soon;
import static dev.stoker.io.cache.MadeUpOrigin.asset;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.posix.FolderHandle;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PlacedFileTest {
  private static final int LENGTH = (3 << 20) + 17;

  @TempDir Path top;
  private final PinnedAsset asset = asset("a", "1", LENGTH);
  private CacheFixture fixture;
  private Path session;
  private FolderHandle folder;

  @BeforeEach
  void open() throws IOException {
    fixture = new CacheFixture(Files.createDirectory(top.resolve("cache")), 10 << 20);
    session = Files.createDirectory(top.resolve("session"));
    folder = FolderHandle.open(session);
  }

  @AfterEach
  void close() {
    folder.close();
    fixture.close();
  }

  private PlacedFile place(String name, Placement cheapest) {
    CachedAsset cached = fixture.open(asset);
    cached.pin("task");
    return cached.place(folder, name, cheapest, soon());
  }

  private void assertRight(String name) throws IOException {
    ByteBuffer right = MadeUpOrigin.content(asset, asset.info().wholeRange());
    byte[] bytes = new byte[LENGTH];
    right.get(bytes);
    assertArrayEquals(bytes, Files.readAllBytes(session.resolve(name)));
  }

  @Test
  void aFileIsPlacedByLinkReflinkOrCopy() throws IOException {
    PlacedFile link = place("link", Placement.LINK);
    PlacedFile clone = place("clone", Placement.REFLINK);
    PlacedFile copy = place("copy", Placement.COPY);
    assertEquals(Placement.LINK, link.placement());
    assertTrue(clone.placement() != Placement.LINK);
    assertEquals(Placement.COPY, copy.placement());
    for (String name : new String[] {"link", "clone", "copy"}) {
      assertRight(name);
      assertFalse(Files.isExecutable(session.resolve(name)));
    }
    assertTrue(link.withdraw(folder, "link"));
    assertTrue(clone.withdraw(folder, "clone"));
    assertTrue(copy.withdraw(folder, "copy"));
  }

  @Test
  void damageIsFoundBeforeAFileIsLinked() throws Exception {
    fixture.checkAll(asset);
    fixture.cache.close();
    try (RandomAccessFile file =
        new RandomAccessFile(fixture.files(EntryId.DATA).getFirst().toFile(), "rw")) {
      file.seek(1 << 20);
      file.write(new byte[9]);
    }
    fixture.open();
    place("link", Placement.LINK);
    assertRight("link");
    assertEquals(1, fixture.cache.usage().corruptGrains());
  }

  @Test
  void aCheckIsBelievedForADay() throws Exception {
    place("link", Placement.LINK).withdraw(folder, "link");
    Path data = fixture.files(EntryId.DATA).getFirst();
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      file.seek(1 << 20);
      file.write(new byte[9]);
    }
    fixture.nanos.addAndGet(Duration.ofHours(25).toNanos());
    place("link", Placement.LINK);
    assertRight("link");
  }

  @Test
  void aDamagedFileWithALinkIsDroppedWholeAndCountsUntilTheLinkIsGone() throws Exception {
    PlacedFile placed = place("link", Placement.LINK);
    Path data = fixture.files(EntryId.DATA).getFirst();
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      file.seek(1 << 20);
      file.write(new byte[9]);
    }
    assertEquals(1, fixture.cache.verify(soon()));
    assertFalse(Files.exists(data));
    assertEquals(LENGTH, Files.size(session.resolve("link")), "who reads it reads on");
    assertTrue(fixture.cache.usage().bytes() >= LENGTH, "its disk is not free");
    fixture.checkAll(asset); // comes again, into a file of its own
    for (int i = 0; i < 20; i++) {
      fixture.checkAll(asset("f" + i, "1", 1 << 20));
      assertTrue(fixture.cache.usage().bytes() <= 10 << 20);
    }
    assertFalse(placed.withdraw(folder, "link"), "it is named as changed");
    fixture.cache.unpin("task");
    fixture.cache.evictAll();
    assertEquals(0, fixture.cache.usage().bytes());
  }

  @Test
  void aFileThatADeadProcessLeftLinkedIsNotPunchedOrCountedAsFree() throws Exception {
    place("link", Placement.LINK);
    fixture.reopen(); // forgets pins and placements, as a killed process does
    for (int i = 0; i < 20; i++) {
      fixture.checkAll(asset("f" + i, "1", 1 << 20));
      assertTrue(fixture.cache.usage().bytes() <= 10 << 20);
    }
    fixture.cache.evictAll();
    assertRight("link");
    assertTrue(fixture.cache.usage().bytes() >= LENGTH);
    Files.delete(session.resolve("link"));
    fixture.cache.evictAll();
    assertEquals(0, fixture.cache.usage().bytes());
  }
}
