package dev.stoker.benchmarks.paths;

import dev.stoker.io.fetch.BufferPool;
import dev.stoker.io.fetch.Priority;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What is done with one grain of bytes: checksum, LZ4, a copy to compare with; and the buffers of
 * fetches.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BytePaths {
  private static final int GRAIN_BYTES = 64 << 10;

  private final XXHash64 xxh64 = XXHashFactory.fastestInstance().hash64();
  private final LZ4Compressor compressor = LZ4Factory.fastestInstance().fastCompressor();
  private final LZ4SafeDecompressor decompressor = LZ4Factory.fastestInstance().safeDecompressor();
  private final ByteBuffer noise = ByteBuffer.allocateDirect(GRAIN_BYTES);

  /** Half floats that differ little from pixel to pixel, as an image has them. */
  private final ByteBuffer pixels = ByteBuffer.allocateDirect(GRAIN_BYTES);

  private final ByteBuffer packed =
      ByteBuffer.allocateDirect(compressor.maxCompressedLength(GRAIN_BYTES));
  private final ByteBuffer into = ByteBuffer.allocateDirect(GRAIN_BYTES);
  private final BufferPool pool = new BufferPool(64 << 20);
  private int packedBytes;

  @Setup
  public void fill() {
    Random random = new Random(1);
    short pixel = 0x3000;
    for (int at = 0; at < GRAIN_BYTES; at += 2) {
      noise.putShort(at, (short) random.nextInt());
      pixel += (short) (random.nextInt(8) == 0 ? random.nextInt(3) - 1 : 0);
      pixels.putShort(at, pixel);
    }
    packedBytes = compressor.compress(pixels, 0, GRAIN_BYTES, packed, 0, packed.capacity());
    System.out.printf("(pixels pack to %d %%)%n", packedBytes * 100 / GRAIN_BYTES);
  }

  @Benchmark
  public long checksum() {
    return xxh64.hash(noise, 0, GRAIN_BYTES, 0);
  }

  @Benchmark
  public int compressPixels() {
    return compressor.compress(pixels, 0, GRAIN_BYTES, packed, 0, packed.capacity());
  }

  @Benchmark
  public int compressNoise() {
    return compressor.compress(noise, 0, GRAIN_BYTES, packed, 0, packed.capacity());
  }

  @Benchmark
  public int decompressPixels() {
    return decompressor.decompress(packed, 0, packedBytes, into, 0, GRAIN_BYTES);
  }

  @Benchmark
  public ByteBuffer copy() {
    return into.put(0, pixels, 0, GRAIN_BYTES);
  }

  @Benchmark
  public ByteBuffer takeAndRelease() {
    BufferPool.Lease lease = Objects.requireNonNull(pool.tryTake(1 << 20, Priority.DEMAND));
    lease.release();
    return lease.buffer();
  }

  @TearDown
  public void close() {
    pool.close();
  }
}
