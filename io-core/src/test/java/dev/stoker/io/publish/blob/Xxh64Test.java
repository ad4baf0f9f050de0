package dev.stoker.io.publish.blob;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Random;
import net.jpountz.xxhash.XXHashFactory;
import org.junit.jupiter.api.Test;

final class Xxh64Test {
  @Test
  void itAgreesWithTheReferenceHoweverTheContentIsCut() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int trial = 0; trial < 2_000; trial++) {
      byte[] content = new byte[random.nextInt(random.nextBoolean() ? 100 : 5_000)];
      random.nextBytes(content);
      Xxh64 hash = new Xxh64();
      for (int at = 0; at < content.length; ) {
        int length = Math.min(content.length - at, 1 + random.nextInt(70));
        ByteBuffer piece = ByteBuffer.allocateDirect(length).put(content, at, length).flip();
        hash.update(piece);
        assertEquals(length, piece.remaining());
        at += length;
      }
      long expected = XXHashFactory.safeInstance().hash64().hash(content, 0, content.length, 0);
      assertEquals(expected, hash.value(), "seed " + seed + ", trial " + trial);
    }
  }

  @Test
  void theTextIsTheOneOfTheSpecification() {
    // XXH64 of nothing with seed 0.
    assertEquals("xxh64:ef46db3751d8e999", new Xxh64().text());
  }
}
