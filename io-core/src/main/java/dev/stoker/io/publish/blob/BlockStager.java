package dev.stoker.io.publish.blob;

import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpBody;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;

/**
 * Stages content as uncommitted blocks: read once, in order, by the caller's thread, which also
 * checksums; sent by a virtual thread a block, as many at a time as there are buffers for. What was
 * hashed is what was sent, byte for byte, as both come from one buffer.
 *
 * <p>Thread-safe; stagings share the buffers.
 */
public final class BlockStager {
  private final BlobWriter writer;
  private final BlockBuffers buffers;

  public BlockStager(BlobWriter writer, BlockBuffers buffers) {
    this.writer = writer;
    this.buffers = buffers;
  }

  /**
   * Stages all of {@code source}.
   *
   * @param sent told the length of each block that the service has taken, on any thread
   * @throws IoFailure the first that happened; nothing is under way any more
   */
  public Blocks stage(
      BlobUri uri, BlockIds ids, Source source, Deadline deadline, LongConsumer sent) {
    return new Staging(uri, ids, source, deadline, sent).run();
  }

  /** Content of a known length. Read by one thread, in order. */
  public interface Source {
    long lengthBytes();

    /** Fills {@code into} from {@code offset} on. */
    void read(ByteBuffer into, long offset);
  }

  /**
   * What was staged.
   *
   * @param ids in order; none for no content
   * @param checksum of the whole content, {@code xxh64:…}
   */
  public record Blocks(List<String> ids, String checksum) {
    public Blocks {
      ids = List.copyOf(ids);
    }
  }

  private final class Staging {
    private final BlobUri uri;
    private final BlockIds ids;
    private final Source source;
    private final Deadline deadline;
    private final LongConsumer sent;
    private final Xxh64 checksum = new Xxh64();
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();

    Staging(BlobUri uri, BlockIds ids, Source source, Deadline deadline, LongConsumer sent) {
      this.uri = uri;
      this.ids = ids;
      this.source = source;
      this.deadline = deadline;
      this.sent = sent;
    }

    Blocks run() {
      long length = source.lengthBytes();
      int blockBytes = BlockBuffers.blockBytesFor(length);
      List<String> blockIds = new ArrayList<>();
      if (length > blockBytes) {
        sendMany(length, blockBytes, blockIds);
      } else if (length > 0) {
        String id = ids.id(0);
        blockIds.add(id);
        try (BlockBuffers.Lease block = filled(0, (int) length)) {
          send(id, block);
        }
      }
      return new Blocks(blockIds, checksum.text());
    }

    private void sendMany(long length, int blockBytes, List<String> blockIds) {
      ExecutorService senders =
          Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("blob-block-", 0).factory());
      try {
        for (long at = 0; at < length && failure.get() == null; at += blockBytes) {
          String id = ids.id(blockIds.size());
          blockIds.add(id);
          start(senders, id, filled(at, (int) Math.min(blockBytes, length - at)));
        }
      } catch (IoFailure e) {
        fail(e, senders);
      } finally {
        senders.close();
      }
      RuntimeException first = failure.get();
      if (first != null) {
        throw first;
      }
    }

    private BlockBuffers.Lease filled(long offset, int bytes) {
      BlockBuffers.Lease block = buffers.take(bytes, deadline);
      boolean filled = false;
      try {
        source.read(block.data(), offset);
        block.data().flip();
        checksum.update(block.data());
        filled = true;
        return block;
      } finally {
        if (!filled) {
          block.close();
        }
      }
    }

    private void start(ExecutorService senders, String id, BlockBuffers.Lease block) {
      try {
        senders.execute(
            () -> {
              try (block) {
                send(id, block);
              } catch (RuntimeException e) {
                fail(e, senders);
              }
            });
      } catch (RejectedExecutionException e) {
        // Another block failed meanwhile.
        block.close();
      }
    }

    private void send(String id, BlockBuffers.Lease block) {
      if (failure.get() == null) {
        int bytes = block.data().remaining();
        writer.putBlock(uri, id, new HttpBody(block.data()), deadline);
        sent.accept(bytes);
      }
    }

    private void fail(RuntimeException e, ExecutorService senders) {
      if (failure.compareAndSet(null, e)) {
        senders.shutdownNow();
      }
    }
  }
}
