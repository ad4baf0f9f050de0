package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.fetch.RangeFetcher;
import dev.stoker.io.fetch.RangeSink;
import dev.stoker.io.posix.FileSpace;
import dev.stoker.io.posix.SmallFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One file on its way: into {@code NAME.stoker-part}, from where an earlier try left off, and
 * renamed when it is complete.
 */
final class Download implements RangeSink {
  static final String PART_SUFFIX = ".stoker-part";

  /** Smaller files fit the page cache and cost less through it: two system calls fewer. */
  private static final long DIRECT_FROM_BYTES = 8 << 20;

  /** Smaller ones are there before the kernel begins to write them back. */
  private static final long RESERVE_FROM_BYTES = 64 << 20;

  /** Larger ones are worth the JDK's way: they are written in pieces, and by splicing. */
  private static final int SMALL_BYTES = 1 << 20;

  /** How much is fetched twice at most after an interruption. */
  private static final long MARK_EVERY_BYTES = 64 << 20;

  private final PinnedAsset asset;
  private final Path target;
  private final Path part;
  private final TreeFetch.Options options;
  private final TreeFetch.Tally tally;
  private final WriteWay way;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock: all below.
  private final TreeMap<Long, Long> ahead = new TreeMap<>();
  private @Nullable PartFile file;
  private long prefixBytes;
  private long markedBytes;
  private boolean keep;

  /** Whether the part is complete, marked and dated already. */
  private boolean stored;

  Download(
      PinnedAsset asset,
      Path target,
      TreeFetch.Options options,
      TreeFetch.Tally tally,
      WriteWay way) {
    this.way = way;
    this.asset = asset;
    this.target = target;
    this.part = target.resolveSibling(target.getFileName() + PART_SUFFIX);
    this.options = options;
    this.tally = tally;
  }

  /** Starts; ends when the file has its name, or fails and leaves what came for the next try. */
  CompletableFuture<Void> start(RangeFetcher fetcher, Deadline deadline) {
    AssetInfo info = asset.info();
    if (info.lengthBytes() >= MARK_EVERY_BYTES && info.version().cacheable()) {
      prefixBytes = VersionMark.progress(part, info);
      keep = prefixBytes > 0;
      markedBytes = prefixBytes;
      tally.bytes.add(prefixBytes);
    }
    return fetcher
        .fetch(
            asset,
            ByteRange.between(prefixBytes, info.lengthBytes()),
            Priority.PREFETCH,
            deadline,
            this)
        .whenComplete((nothing, failure) -> end(failure));
  }

  @Override
  public boolean isQuick() {
    return way.isQuick();
  }

  @Override
  public void accept(long offset, ByteBuffer data) {
    int length = data.remaining();
    if (offset > 0 || !store(data)) {
      open().write(offset, data);
    }
    took(offset, length);
  }

  /** Writes all of a small file at once, where that is possible. */
  private boolean store(ByteBuffer data) {
    AssetInfo read = read();
    if (data.remaining() != read.lengthBytes()
        || data.remaining() > SMALL_BYTES
        || !data.isDirect()
        || read.version() instanceof AssetVersion.AsRead
        || options.durable()
        || (options.verifyMd5() && read.contentMd5() != null)
        || !SmallFile.isAvailable()) {
      return false;
    }
    lock.lock();
    try {
      if (file != null) {
        return false;
      }
      VersionMark.store(part, data, read);
      stored = true;
      return true;
    } catch (IOException e) {
      throw PartFile.failure(target, e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable Splice splice() {
    try {
      return open().splice();
    } catch (IoFailure e) {
      // Whoever writes the ordinary way will meet it, too, and tell.
      return null;
    }
  }

  @Override
  public void spliced(long offset, long lengthBytes) {
    tally.bytesSpliced.add(lengthBytes);
    took(offset, lengthBytes);
  }

  private void took(long offset, long lengthBytes) {
    tally.bytes.add(lengthBytes);
    if (asset.info().lengthBytes() >= MARK_EVERY_BYTES) {
      advance(offset, lengthBytes);
    }
  }

  private PartFile open() {
    lock.lock();
    try {
      if (file == null) {
        file =
            PartFile.open(
                part,
                keep,
                options.directWrites() && asset.info().lengthBytes() >= DIRECT_FROM_BYTES,
                way);
        if (asset.info().lengthBytes() >= RESERVE_FROM_BYTES) {
          boolean _ = FileSpace.reserve(part, asset.info().lengthBytes());
        }
      }
      return file;
    } finally {
      lock.unlock();
    }
  }

  private void advance(long offset, long length) {
    lock.lock();
    try {
      // What goes on where an earlier stretch ends belongs to it.
      Map.Entry<Long, Long> before = ahead.floorEntry(offset);
      long start = before != null && before.getValue() == offset ? before.getKey() : offset;
      ahead.put(start, offset + length);
      while (!ahead.isEmpty() && ahead.firstKey() <= prefixBytes) {
        prefixBytes = Math.max(prefixBytes, ahead.pollFirstEntry().getValue());
      }
      if (prefixBytes - markedBytes >= MARK_EVERY_BYTES) {
        markedBytes = prefixBytes;
        VersionMark.markProgress(part, asset.info(), prefixBytes);
      }
    } finally {
      lock.unlock();
    }
  }

  private void end(@Nullable Throwable failure) {
    if (failure != null) {
      closeEarly();
      return;
    }
    try {
      if (isStored()) {
        SmallFile.rename(part, target);
        return;
      }
      PartFile written = open();
      try (written) {
        written.complete(asset.info().lengthBytes(), options.durable());
      }
      AssetInfo read = read();
      String md5 = read.contentMd5();
      if (options.verifyMd5() && md5 != null) {
        requireMd5(md5);
      }
      VersionMark.markComplete(part, read, markedBytes > 0);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw PartFile.failure(target, e);
    }
  }

  private boolean isStored() {
    lock.lock();
    try {
      return stored && file == null;
    } finally {
      lock.unlock();
    }
  }

  /** What was read: what was pinned, or what the one answer told. */
  private AssetInfo read() {
    AssetInfo met =
        asset.info().version() instanceof AssetVersion.AsRead asRead ? asRead.met() : null;
    return met == null ? asset.info() : met;
  }

  /** Keeps what is there, and how much that is. */
  private void closeEarly() {
    lock.lock();
    try {
      if (file != null) {
        file.close();
        if (prefixBytes > markedBytes) {
          VersionMark.markProgress(part, asset.info(), prefixBytes);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void requireMd5(String expected) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has MD5.", e);
    }
    byte[] buffer = new byte[256 << 10];
    try (InputStream in = Files.newInputStream(part)) {
      for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
        digest.update(buffer, 0, got);
      }
    }
    if (!Base64.getEncoder().encodeToString(digest.digest()).equals(expected)) {
      Files.delete(part);
      throw new IoFailure.Corrupt(
          "Cannot accept "
              + asset
              + ": its bytes do not have the MD5 that the origin stores for it; whoever uploaded"
              + " it should do so again.");
    }
  }
}
