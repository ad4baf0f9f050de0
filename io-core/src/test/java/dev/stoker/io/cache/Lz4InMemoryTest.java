package dev.stoker.io.cache;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.posix.FileHandle;
import dev.stoker.io.posix.OpenFlag;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Why the RAM tier keeps grains as they are: what a 4 KiB read costs from a plain frame, from an
 * LZ4 frame, and from the page cache with its checksum, over the same grains.
 */
@Tag("nightly")
class Lz4InMemoryTest {
  private static final int GRAINS = 512;
  private static final int READ_BYTES = 4 << 10;
  private static final int ROUNDS = 9;

  @TempDir Path folder;

  private final LZ4Compressor compressor = LZ4Factory.fastestInstance().fastCompressor();
  private final LZ4SafeDecompressor decompressor = LZ4Factory.fastestInstance().safeDecompressor();
  private final ByteBuffer[] plain = new ByteBuffer[GRAINS];
  private final ByteBuffer[] packed = new ByteBuffer[GRAINS];
  private final ByteBuffer frame = ByteBuffer.allocateDirect(Grain.BYTES);
  private final ByteBuffer into = ByteBuffer.allocateDirect(READ_BYTES);
  private long seen;

  @Test
  void unpackingAGrainForASmallReadCostsManyTimesWhatAPlainFrameCosts() throws Exception {
    long packedBytes = 0;
    Random random = new Random(1);
    try (FileHandle file =
        FileHandle.open(folder.resolve("f"), 0600, OpenFlag.WRITE, OpenFlag.CREATE)) {
      for (int i = 0; i < GRAINS; i++) {
        plain[i] = vertices(random);
        packed[i] = ByteBuffer.allocateDirect(compressor.maxCompressedLength(Grain.BYTES));
        int length =
            compressor.compress(plain[i], 0, Grain.BYTES, packed[i], 0, packed[i].capacity());
        packed[i].limit(length);
        packedBytes += length;
        file.write(plain[i].duplicate(), Grain.offset(i));
      }
      double[][] nanos = new double[3][ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        nanos[0][round] = timed(i -> copy(plain[i]));
        nanos[1][round] =
            timed(
                i -> {
                  decompressor.decompress(
                      packed[i], 0, packed[i].limit(), frame.clear(), 0, Grain.BYTES);
                  copy(frame);
                });
        nanos[2][round] =
            timed(
                i -> {
                  file.read(frame.clear(), Grain.offset(i));
                  seen += Checksum.of(frame, 0, Grain.BYTES);
                  copy(frame);
                });
      }
      for (double[] one : nanos) {
        Arrays.sort(one);
      }
      int median = ROUNDS / 2;
      System.out.printf(
          Locale.ROOT,
          "4 KiB read of a grain packed to %.0f %%: plain frame %.2f us, LZ4 frame %.2f us, page cache and XXH64 %.2f us (%d)%n",
          100.0 * packedBytes / GRAINS / Grain.BYTES,
          nanos[0][median] / 1e3,
          nanos[1][median] / 1e3,
          nanos[2][median] / 1e3,
          seen & 1);
      assertTrue(nanos[1][median] > 4 * nanos[0][median], "LZ4 has become as cheap as a copy");
    }
  }

  private interface Read {
    void of(int grain) throws Exception;
  }

  private static double timed(Read read) throws Exception {
    long start = System.nanoTime();
    for (int i = 0; i < 4 * GRAINS; i++) {
      read.of(i * 37 % GRAINS);
    }
    return (System.nanoTime() - start) / (4.0 * GRAINS);
  }

  private void copy(ByteBuffer from) {
    into.put(0, from, 20_480, READ_BYTES);
    seen += into.get(7);
  }

  /** A scanned surface: neighbouring floats whose high bytes agree, about two to one for LZ4. */
  private static ByteBuffer vertices(Random random) {
    ByteBuffer grain = ByteBuffer.allocateDirect(Grain.BYTES);
    float height = random.nextFloat();
    while (grain.hasRemaining()) {
      height += (random.nextInt(9) - 4) / 1024f;
      grain.putInt(Float.floatToIntBits(height) & 0xFFFF0000).putInt(0x3F800000);
    }
    return grain.clear();
  }
}
