package dev.stoker.io.prefetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.prefetch.AccessTrace.Touch;
import dev.stoker.io.prefetch.AccessTrace.UsedFile;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TraceFormTest {
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  private AccessTrace randomTrace() {
    List<UsedFile> files = new ArrayList<>();
    int count = 1 + random.nextInt(50);
    for (int i = 0; i < count; i++) {
      files.add(
          new UsedFile(
              random.nextBoolean() ? "show" : "bücher",
              "tex/" + "é".repeat(random.nextInt(3)) + i + ".exr",
              "etag:\"" + random.nextLong() + "\"",
              random.nextLong(1L << 40),
              random.nextBoolean()));
    }
    List<Touch> touches = new ArrayList<>();
    for (int i = 0; i < random.nextInt(2_000); i++) {
      touches.add(
          new Touch(random.nextInt(count), random.nextLong(1L << 30), 1 + random.nextInt(4_000)));
    }
    return new AccessTrace(files, touches, random.nextBoolean());
  }

  @Test
  void whatIsPackedIsUnpackedAgain() {
    for (int i = 0; i < 200; i++) {
      AccessTrace trace = randomTrace();
      String packed = TraceForm.pack(trace);
      assertNotNull(packed, "seed " + seed);
      assertEquals(trace, TraceForm.unpack(packed), "seed " + seed);
    }
  }

  @Test
  void damagedBytesAreRefusedOrAnotherTraceAndNothingElse() {
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      String sound = TraceForm.pack(randomTrace());
      assertNotNull(sound);
      byte[] packed = Base64.getDecoder().decode(sound);
      for (int flips = 0; flips < 3; flips++) {
        packed[random.nextInt(packed.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        TraceForm.unpack(Base64.getEncoder().encodeToString(packed));
      } catch (IoFailure.Invalid e) {
        refused++;
      }
    }
    assertTrue(refused > 0, "seed " + seed);
  }

  @Test
  void readingOnCostsAFewBytesAFile() {
    List<UsedFile> files = new ArrayList<>();
    List<Touch> touches = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      files.add(new UsedFile("show", "tex/wood_%04d.exr".formatted(i), "etag:\"0x8D1\"", 9, false));
      touches.add(new Touch(i, 0, 1));
    }
    String packed = TraceForm.pack(new AccessTrace(files, touches, true));
    assertNotNull(packed);
    assertTrue(packed.length() < 20 * 5_000, "characters " + packed.length());
  }
}
