package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpBody;
import dev.stoker.io.publish.ContentTypes;
import dev.stoker.io.publish.blob.BlobCondition;
import dev.stoker.io.publish.blob.BlobHeaders;
import dev.stoker.io.publish.blob.BlobMarks;
import dev.stoker.io.publish.blob.BlobState;
import dev.stoker.io.publish.blob.BlobWriter;
import dev.stoker.io.publish.blob.BlockBuffers;
import dev.stoker.io.publish.blob.BlockIds;
import dev.stoker.io.publish.blob.BlockStager;
import dev.stoker.io.publish.blob.Xxh64;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A blob, or all blobs below a virtual folder. Small files are read whole and written by one Put
 * Blob; larger ones are staged as blocks and committed once the file is known not to have changed.
 */
final class BlobTarget implements PushTarget {
  /** What one request carries without a buffer of the pool; two requests would take longer. */
  private static final int ONE_REQUEST_BYTES = 1 << 20;

  /**
   * Blocks in flight: 128 MiB fill 10 Gbit/s over 100 ms. Azure gives one connection about 60 MB/s.
   */
  private static final int BUFFERED_BLOCKS = 16;

  private static final String OWNER = "push";

  private final BlobWriter writer;
  private final BlobUri uri;
  private final boolean createContainer;
  private final RandomGenerator random;
  private final BlockBuffers buffers = new BlockBuffers(BUFFERED_BLOCKS);
  private final BlockStager stager;

  BlobTarget(BlobWriter writer, BlobUri uri, boolean createContainer, RandomGenerator random) {
    if (uri.pin() != null) {
      throw new IoFailure.Invalid("Cannot push to " + uri + ": what is pinned cannot change.");
    }
    this.writer = writer;
    this.uri = uri;
    this.createContainer = createContainer;
    this.random = random;
    this.stager = new BlockStager(writer, buffers);
  }

  @Override
  public Map<AssetPath, Existing> list(Deadline deadline) {
    Map<AssetPath, Existing> found = new HashMap<>();
    String prefix = uri.path().isRoot() ? "" : uri.path().value() + "/";
    inContainer(
        deadline,
        () -> {
          found.clear();
          writer.list(
              uri,
              prefix,
              deadline,
              blob -> {
                String name = blob.name().substring(prefix.length());
                if (isPath(name)) {
                  found.put(new AssetPath(name), existing(blob.state()));
                }
              });
        });
    return found;
  }

  @Override
  public @Nullable Existing find(AssetPath path, Deadline deadline) {
    BlobState[] found = new BlobState[1];
    inContainer(deadline, () -> found[0] = writer.state(uri.resolve(path), deadline));
    return found[0] == null ? null : existing(found[0]);
  }

  @Override
  public AssetVersion write(
      LocalFile asWalked,
      WriteCondition required,
      @Nullable FileLook look,
      Deadline deadline,
      LongConsumer sent) {
    LocalFile file = asWalked.again();
    BlobUri blob = uri.resolve(file.path());
    BlobCondition condition = condition(required);
    if (file.lengthBytes() <= ONE_REQUEST_BYTES) {
      ByteBuffer content = wholeContent(file);
      Xxh64 checksum = new Xxh64();
      checksum.update(content);
      BlobHeaders headers = headers(file, blob, checksum.text());
      String etag = writer.put(blob, new HttpBody(content), headers, condition, deadline);
      sent.accept(file.lengthBytes());
      return new AssetVersion.ETag(etag);
    } else {
      BlockStager.Blocks blocks = staged(file, blob, deadline, sent);
      BlobHeaders headers = headers(file, blob, blocks.checksum());
      return new AssetVersion.ETag(
          writer.commitBlocks(blob, blocks.ids(), headers, condition, deadline));
    }
  }

  private static BlobCondition condition(WriteCondition required) {
    return switch (required) {
      case WriteCondition.Anything _ -> new BlobCondition.Always();
      case WriteCondition.Nothing _ -> new BlobCondition.Absent();
      case WriteCondition.Version(AssetVersion.ETag(String etag)) ->
          new BlobCondition.Unchanged(etag);
      case WriteCondition.Version(AssetVersion other) ->
          throw new IoFailure.Invalid("A blob has no version " + other.token() + ".");
    };
  }

  @Override
  public boolean holdsBytesOf(LocalFile file, Existing existing, Deadline deadline) {
    BlobUri blob = uri.resolve(file.path());
    try (BlockBuffers.Lease mine = buffers.take(BlockBuffers.STANDARD_BYTES / 2, deadline);
        BlockBuffers.Lease theirs = buffers.take(BlockBuffers.STANDARD_BYTES / 2, deadline);
        FileChannel channel = FileChannel.open(file.file(), StandardOpenOption.READ)) {
      int piece = mine.data().remaining();
      AssetInfo pinned =
          new AssetInfo(
              file.path(),
              new AssetVersion.ETag(existing.version()),
              existing.lengthBytes(),
              Instant.EPOCH,
              null);
      for (long at = 0; at < file.lengthBytes(); at += piece) {
        int bytes = (int) Math.min(piece, file.lengthBytes() - at);
        fill(file, channel, mine.data().clear().limit(bytes), at);
        ByteBuffer into = theirs.data().clear().limit(bytes);
        writer.read(blob, pinned, new ByteRange(at, bytes), into, deadline);
        if (!mine.data().flip().equals(theirs.data().flip())) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }

  @Override
  public void close() {
    buffers.clear();
  }

  private BlockStager.Blocks staged(
      LocalFile file, BlobUri blob, Deadline deadline, LongConsumer sent) {
    try (FileChannel channel = FileChannel.open(file.file(), StandardOpenOption.READ)) {
      BlockStager.Source source =
          new BlockStager.Source() {
            @Override
            public long lengthBytes() {
              return file.lengthBytes();
            }

            @Override
            public void read(ByteBuffer into, long offset) {
              fill(file, channel, into, offset);
            }
          };
      BlockStager.Blocks blocks =
          stager.stage(blob, new BlockIds(OWNER, random), source, deadline, sent);
      file.requireUnchanged();
      return blocks;
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }

  private static ByteBuffer wholeContent(LocalFile file) {
    ByteBuffer content = ByteBuffer.allocate((int) file.lengthBytes());
    try (FileChannel channel = FileChannel.open(file.file(), StandardOpenOption.READ)) {
      fill(file, channel, content, 0);
    } catch (IOException e) {
      throw file.unreadable(e);
    }
    file.requireUnchanged();
    return content.flip();
  }

  private static void fill(LocalFile file, FileChannel channel, ByteBuffer into, long offset) {
    try {
      for (long at = offset; into.hasRemaining(); ) {
        int count = channel.read(into, at);
        if (count < 0) {
          throw file.changed();
        }
        at += count;
      }
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }

  private static BlobHeaders headers(LocalFile file, BlobUri blob, String checksum) {
    return new BlobHeaders(
        ContentTypes.of(blob.path().name()),
        new BlobMarks(null, checksum, file.modified().toString()));
  }

  private void inContainer(Deadline deadline, Runnable action) {
    try {
      action.run();
    } catch (IoFailure.NotFound e) {
      if (!createContainer) {
        throw e;
      }
      writer.createContainer(uri, deadline);
      action.run();
    }
  }

  private static Existing existing(BlobState state) {
    BlobMarks marks = state.marks();
    return new Existing(
        state.lengthBytes(),
        instant(marks.modified()),
        state.contentMd5(),
        marks.checksum(),
        state.etag());
  }

  private static @Nullable Instant instant(@Nullable String text) {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      // Somebody else's idea of an mtime.
      return null;
    }
  }

  /** A blob may have a name that no local file has; then no local file can be equal to it. */
  private static boolean isPath(String name) {
    if (name.isEmpty()) {
      return false;
    }
    for (String segment : name.split("/", -1)) {
      if (!AssetPath.isName(segment)) {
        return false;
      }
    }
    return true;
  }
}
