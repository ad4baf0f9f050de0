package dev.stoker.io.publish.blob;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The memory that files pass through on their way to Blob: a budget counted in standard blocks. It
 * is also the bound on blocks in flight. Thread-safe.
 */
public final class BlockBuffers {
  /**
   * Above 4 MiB a block goes to the service's high-throughput path; of the larger sizes, none was
   * faster here, and each block in flight costs its size.
   */
  public static final int STANDARD_BYTES = 8 << 20;

  /** A file with larger blocks than these has more than 12 TiB. */
  private static final long LARGEST_BYTES = 256L << 20;

  /** A frame of this size is copied once more by the transport, and keeps no buffer around. */
  private static final int SMALL_BYTES = 1 << 20;

  private final int budgetBlocks;
  private final Semaphore budget;
  private final ConcurrentLinkedDeque<ByteBuffer> idle = new ConcurrentLinkedDeque<>();

  /**
   * @param budgetBlocks how many standard blocks may be in memory, ≥ 1
   */
  public BlockBuffers(int budgetBlocks) {
    this.budgetBlocks = budgetBlocks;
    this.budget = new Semaphore(budgetBlocks, true);
  }

  /**
   * How long the blocks of a file should be: the standard, or more where the service's {@link
   * BlobWriter#MAX_BLOCKS} would not hold it.
   *
   * @throws IoFailure.Invalid when no blob can hold the file
   */
  public static int blockBytesFor(long lengthBytes) {
    long needed = (lengthBytes + BlobWriter.MAX_BLOCKS - 1) / BlobWriter.MAX_BLOCKS;
    if (needed > LARGEST_BYTES) {
      throw new IoFailure.Invalid(lengthBytes + " bytes are more than we write into one blob.");
    }
    return (int) Math.max(STANDARD_BYTES, needed);
  }

  /**
   * A buffer of {@code bytes}; the caller closes it when nothing uses its memory any more.
   *
   * @throws IoFailure.TimedOut when none comes free in time
   */
  public Lease take(int bytes, Deadline deadline) {
    int blocks = Math.clamp((bytes + STANDARD_BYTES - 1L) / STANDARD_BYTES, 1, budgetBlocks);
    try {
      if (!budget.tryAcquire(blocks, deadline.remainingMillis(), TimeUnit.MILLISECONDS)) {
        throw new IoFailure.TimedOut(
            "No memory came free to upload from in time; the account is slow or hangs.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Interrupted while waiting for memory to upload from.");
    }
    return new Lease(buffer(bytes).clear().limit(bytes), blocks);
  }

  /** Forgets idle memory. */
  public void clear() {
    idle.clear();
  }

  private ByteBuffer buffer(int bytes) {
    if (bytes <= SMALL_BYTES) {
      return ByteBuffer.allocate(bytes);
    }
    ByteBuffer reused = bytes <= STANDARD_BYTES ? idle.pollFirst() : null;
    return reused == null ? ByteBuffer.allocateDirect(Math.max(bytes, STANDARD_BYTES)) : reused;
  }

  /** Memory that is the holder's until it is closed, once. */
  public final class Lease implements AutoCloseable {
    private final ByteBuffer data;
    private final int blocks;

    private Lease(ByteBuffer data, int blocks) {
      this.data = data;
      this.blocks = blocks;
    }

    /** The memory, at position 0, with as many bytes as were asked for. */
    public ByteBuffer data() {
      return data;
    }

    @Override
    public void close() {
      if (data.isDirect() && data.capacity() == STANDARD_BYTES) {
        idle.addFirst(data);
      }
      budget.release(blocks);
    }
  }
}
