package dev.stoker.io.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IndexFormatTest {
  private static final long LENGTH = 10L * Grain.BYTES - 5;

  @Test
  void anIndexSaysWhatWasAppendedToIt() {
    IndexFormat.Contents contents = IndexFormat.read(ByteBuffer.wrap(sample()));
    assertNotNull(contents);
    assertEquals("blob://a/b#1", contents.identity());
    assertEquals(sample().length, contents.validBytes());
    GrainMap map = contents.map();
    assertEquals(LENGTH, map.lengthBytes());
    assertTrue(map.isPresent(0) && map.isPresent(2) && map.isPresent(9));
    assertFalse(map.isPresent(1) || map.isPresent(5));
    assertEquals(30, map.checksum(0));
    assertEquals(2L * Grain.BYTES + Grain.BYTES - 5, map.presentBytes());
  }

  @Test
  void aTornRecordEndsTheLogWhereverItIsTorn() {
    byte[] whole = sample();
    int header = IndexFormat.header("blob://a/b#1", LENGTH).remaining();
    for (int length = 0; length < whole.length; length++) {
      byte[] torn = java.util.Arrays.copyOf(whole, length);
      IndexFormat.Contents contents = IndexFormat.read(ByteBuffer.wrap(torn));
      if (length < header) {
        assertNull(contents);
      } else {
        assertNotNull(contents);
        assertTrue(contents.validBytes() <= length);
      }
    }
  }

  @Test
  void anyFlippedBitIsNoticed() {
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = sample();
      int at = random.nextInt(bytes.length);
      bytes[at] ^= (byte) (1 << random.nextInt(8));
      IndexFormat.Contents contents = IndexFormat.read(ByteBuffer.wrap(bytes));
      assertTrue(contents == null || contents.validBytes() <= at, "flip at " + at);
    }
  }

  @Test
  void recordsOfAnotherFileOrPlaceAreNotTaken() {
    ByteBuffer header = IndexFormat.header("blob://a/b#1", LENGTH);
    int bytes = header.remaining();
    long seed = IndexFormat.checksumOf(header);
    long other = IndexFormat.checksumOf(IndexFormat.header("blob://a/b#2", LENGTH));
    for (ByteBuffer record :
        new ByteBuffer[] {
          IndexFormat.present(0, new long[] {1}, other, bytes),
          IndexFormat.present(0, new long[] {1}, seed, bytes + 8)
        }) {
      ByteBuffer file = ByteBuffer.allocate(bytes + record.remaining());
      file.put(header.duplicate()).put(record).flip();
      IndexFormat.Contents contents = IndexFormat.read(file);
      assertNotNull(contents);
      assertFalse(contents.map().isPresent(0));
    }
  }

  /** Run longer with {@code JAZZER_FUZZ=1}; without, over its seeds. */
  @FuzzTest(maxDuration = "5m")
  void noInputHangsOrBreaksTheReader(byte[] input) {
    IndexFormat.read(ByteBuffer.wrap(input));
    // Past the header's checksum, which no fuzzer guesses: the log behind a header of ours.
    ByteBuffer header = IndexFormat.header("blob://a/b#1", LENGTH);
    ByteBuffer file = ByteBuffer.allocate(header.remaining() + input.length + 8);
    int start = header.remaining();
    long seed = IndexFormat.checksumOf(header);
    file.put(header).put(input);
    // The last eight bytes make the whole input one record with a checksum that holds.
    file.order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putLong(Checksum.of(file, start, input.length, seed ^ start));
    IndexFormat.Contents contents = IndexFormat.read(file.flip());
    assertNotNull(contents);
    assertTrue(contents.validBytes() <= file.limit());
    assertTrue(contents.map().presentBytes() <= LENGTH);
  }

  private static byte[] sample() {
    ByteBuffer header = IndexFormat.header("blob://a/b#1", LENGTH);
    long seed = IndexFormat.checksumOf(header);
    ByteBuffer out = ByteBuffer.allocate(1000).put(header);
    out.put(IndexFormat.present(0, new long[] {10, 11, 12}, seed, out.position()));
    out.put(IndexFormat.present(9, new long[] {19}, seed, out.position()));
    out.put(IndexFormat.absent(0, 2, seed, out.position()));
    out.put(IndexFormat.present(0, new long[] {30}, seed, out.position()));
    return java.util.Arrays.copyOf(out.array(), out.position());
  }
}
