package dev.stoker.io.prefetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.ByteRange;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReadaheadTest {
  private static final int REQUEST = 128 << 10;
  private static final long FILE = 182L << 20;
  private static final long MOST = 64L << 20;

  private final Readahead ahead = new Readahead(FILE, MOST);

  private static long bytes(List<ByteRange> ranges) {
    return ranges.stream().mapToLong(ByteRange::lengthBytes).sum();
  }

  @Test
  void whatIsReadOnIsBroughtOnceAndUpToTheEnd() {
    BitSet come = new BitSet();
    long brought = 0;
    for (long at = 0; at < FILE; at += REQUEST) {
      int grain = (int) (at / REQUEST);
      boolean stalled = !come.get(grain);
      for (ByteRange range : ahead.read(at, REQUEST, stalled)) {
        brought += range.lengthBytes();
        for (long b = range.offset(); b < range.end(); b += REQUEST) {
          assertTrue(!come.get((int) (b / REQUEST)), "twice at " + b);
          come.set((int) (b / REQUEST));
        }
        assertTrue(range.end() <= FILE);
      }
    }
    assertTrue(brought <= FILE && brought >= FILE - 2 * REQUEST - Readahead.FIRST_WINDOW_BYTES);
  }

  @Test
  void theWindowGrowsOnlyWhileTheReaderStalls() {
    long calm = furthest(new Readahead(FILE, MOST), false);
    long stalling = furthest(new Readahead(FILE, MOST), true);
    assertTrue(calm <= Readahead.FIRST_WINDOW_BYTES, "calm " + calm);
    assertEquals(MOST, stalling);
  }

  /** How far ahead of a reader of 200 requests something is brought. */
  private static long furthest(Readahead ahead, boolean stalled) {
    long furthest = 0;
    for (int i = 0; i < 200; i++) {
      long end = (long) (i + 1) * REQUEST;
      for (ByteRange range : ahead.read((long) i * REQUEST, REQUEST, stalled)) {
        furthest = Math.max(furthest, range.end() - end);
      }
    }
    return furthest;
  }

  @Test
  void jumpsFromBlockToBlockOfALibraryAreNotReadOn() {
    for (int i = 0; i < 12; i++) {
      ahead.read((long) i * REQUEST, REQUEST, true); // its head is
    }
    long brought = 0;
    int jumps = 0;
    // As Blender looks for one object: a look at each of some hundred blocks, 0.7 MB from the next.
    for (long at = 12 * REQUEST;
        at + REQUEST < FILE;
        at += 735_000 / 4096 * 4096 + jumps % 3 * 4096) {
      brought += bytes(ahead.read(at, REQUEST, true));
      jumps++;
    }
    assertTrue(
        brought <= (long) jumps * REQUEST, "brought " + brought + " for " + jumps + " jumps");
  }

  @Test
  void pageFaultsAtRandomBringNothingMore() {
    Random random = new Random(4);
    for (int i = 0; i < 2_000; i++) {
      long at = random.nextLong(FILE / REQUEST) * REQUEST;
      boolean neighbour = bytes(ahead.read(at, REQUEST, true)) > 0;
      if (neighbour) {
        // By accident two faults in a row lie side by side: then the first window, no more.
        assertTrue(i > 0);
      }
    }
    long brought = 0;
    Readahead fresh = new Readahead(FILE, MOST);
    for (int i = 0; i < 200; i++) {
      brought += bytes(fresh.read(random.nextLong(FILE / REQUEST) * REQUEST, REQUEST, true));
    }
    assertTrue(brought <= 4 * Readahead.FIRST_WINDOW_BYTES, "brought " + brought);
  }

  @Test
  void requestsThatOvertakeOneAnotherAreStillOneStream() {
    long brought = 0;
    List<Long> order = new ArrayList<>();
    for (long at = 0; at < 32L << 20; at += REQUEST) {
      order.add(at);
    }
    for (int i = 8; i + 4 <= order.size(); i += 4) {
      Collections.shuffle(order.subList(i, i + 4), new Random(i));
    }
    for (long at : order) {
      brought += bytes(ahead.read(at, REQUEST, true));
    }
    assertTrue(brought > 24L << 20, "brought " + brought);
  }

  @Test
  void equalDistancesBringWhatLiesOnTheStrideAndNothingBetween() {
    long distance = 5L << 20;
    List<ByteRange> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.addAll(ahead.read(i * distance, 4096, true));
    }
    assertTrue(all.size() >= 16, all.toString());
    all.forEach(
        range -> {
          assertEquals(0, range.offset() % distance);
          assertEquals(4096, range.lengthBytes());
        });
  }

  @Test
  void fourPlacesAreReadOnAtOnce() {
    long brought = 0;
    for (int i = 0; i < 40; i++) {
      for (int place = 0; place < 4; place++) {
        brought += bytes(ahead.read(((place * 40L) << 20) + (long) i * REQUEST, REQUEST, true));
      }
    }
    assertTrue(brought > (4 * 5L) << 20, "brought " + brought);
  }

  @Test
  void shortMemoryHalvesWhatIsAskedFor() {
    furthestOf(ahead, 0, 100);
    ahead.memoryShort();
    long after = furthestOf(ahead, 100, 101);
    assertTrue(after > 0 && after <= MOST / 2, "still " + after);
    assertEquals(0, bytes(new Readahead(FILE, 0).read(0, REQUEST, true)));
  }

  private static long furthestOf(Readahead ahead, int from, int to) {
    long furthest = 0;
    for (int i = from; i < to; i++) {
      for (ByteRange range : ahead.read((long) i * REQUEST, REQUEST, i < 100)) {
        furthest = Math.max(furthest, range.end() - (long) (i + 1) * REQUEST);
      }
    }
    return furthest;
  }

  @Test
  void whereAReaderHasComeIsKnownOnceHeHasReadOnForAWhile() {
    Readahead ahead = new Readahead(1L << 30, 16 << 20);
    int read = 128 << 10;
    for (int i = 0; i < 31; i++) {
      ahead.read((long) i * read, read, false);
    }
    assertEquals(-1, ahead.readOnTo(31L * read, 32L * read), "not far enough");
    ahead.read(32L * read, read, false); // overtakes the one before
    ahead.read(31L * read, read, false);
    assertEquals(33L * read, ahead.readOnTo(32L * read, 32L * read));
    assertEquals(-1, ahead.readOnTo(34L * read, 32L * read), "nobody was there");
  }

  @Test
  void nothingIsBroughtForWhatAReaderWasGivenBeforeHeReadsOn() {
    Readahead ahead = new Readahead(1L << 30, 16 << 20);
    int read = 128 << 10;
    long asked = 2L * read; // what no window was for yet
    for (int i = 0; i < 128; i++) {
      asked += bytes(ahead.read((long) i * read, read, true));
    }
    long before = 128L * read;
    ahead.gave(before, 1 << 20);
    assertEquals(before + (1 << 20), ahead.readOnTo(before, before));
    assertEquals(List.of(), ahead.read(900 << 20, read, false), "nor for him who reads elsewhere");
    for (int i = 0; i < 64; i++) { // some reads until it is worth a request
      asked += bytes(ahead.read(before + (1 << 20) + (long) i * read, read, false));
    }
    long end = before + (1 << 20) + 64L * read;
    assertTrue(asked > end && asked <= end + (16 << 20), "the window follows him: " + asked);
  }
}
