package dev.stoker.io.cache;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.posix.FolderHandle;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One version of one asset, as one project reads it through the cache. Cheap to keep; holds nothing
 * open. Thread-safe.
 */
public final class CachedAsset {
  private final BlockCache cache;
  private final PinnedAsset asset;
  private final EntryId id;

  CachedAsset(BlockCache cache, PinnedAsset asset, EntryId id) {
    this.cache = cache;
    this.asset = asset;
    this.id = id;
  }

  public PinnedAsset asset() {
    return asset;
  }

  public long lengthBytes() {
    return asset.info().lengthBytes();
  }

  EntryId id() {
    return id;
  }

  /**
   * Fills {@code into} with the range's bytes and advances its position: from memory, from disk, or
   * from the origin, whose bytes then stay. Fastest with a direct buffer and whole 64 KiB grains.
   *
   * @param into has as many bytes left as the range is long
   * @throws IoFailure when the origin cannot give them, it holds another version by now, or the
   *     deadline passes; the buffer's content is undefined then
   */
  public void read(ByteRange range, ByteBuffer into, Deadline deadline) {
    if (range.end() > lengthBytes() || into.remaining() != range.lengthBytes()) {
      throw new IoFailure.Invalid(
          "Cannot read bytes "
              + range.offset()
              + " to "
              + range.end()
              + " of "
              + asset
              + " into "
              + into.remaining()
              + " bytes: the asset has "
              + lengthBytes()
              + ".");
    }
    cache.read(this, range, into, deadline);
  }

  /**
   * Fills {@code into} as {@link #read} does, if all of the range is in memory or on disk; asks no
   * origin and waits for nobody but the disk.
   *
   * @return false, and the buffer as it was, when some of it is not here
   */
  public boolean readIfHere(ByteRange range, ByteBuffer into) {
    return cache.readIfHere(this, range, into);
  }

  /**
   * The range's bytes where they lie in memory, for a reader ahead of whom they were brought a
   * moment ago; asks and waits for nobody.
   *
   * @return to be closed once they were used; null where they are to be read
   */
  public @Nullable LentBytes lend(ByteRange range) {
    return cache.lend(this, range);
  }

  /** The same of the range's first bytes, as many as lie together. */
  public @Nullable LentBytes lendFirst(ByteRange range) {
    return cache.lendFirst(this, range);
  }

  /** Who had ranges brought ahead ({@link Priority#READAHEAD}) reads no further. */
  public void leave() {
    cache.leave(this);
  }

  /** Bytes of it that are on the node's disk. */
  public long presentBytes() {
    return cache.presentBytes(this);
  }

  /**
   * Brings ranges onto the node's disk; ends when they are there.
   *
   * @param ranges rounded outwards to grains
   * @return fails with an {@link IoFailure}; canceling it lets go of requests that nobody else
   *     waits for
   */
  public CompletableFuture<Void> fill(
      List<ByteRange> ranges, Priority priority, Deadline deadline, FillProgress progress) {
    return cache.fill(this, ranges, priority, deadline, progress);
  }

  /**
   * Brings the whole file onto the node's disk and has every grain checked; waits for it.
   * Afterwards it can be placed.
   */
  public void complete(Priority priority, Deadline deadline, FillProgress progress) {
    cache.complete(this, priority, deadline, progress);
  }

  /** Whether all of it is on the node's disk. */
  public boolean isComplete() {
    return cache.isComplete(this);
  }

  /**
   * Lays the complete file into {@code folder}, read-only; completes it first where need be. It
   * must be pinned by then.
   *
   * @param cheapest the cheapest way that is allowed; dearer ones are tried where it does not work
   * @throws IoFailure.Disk when the folder does not take it
   */
  public PlacedFile place(FolderHandle folder, String name, Placement cheapest, Deadline deadline) {
    return cache.place(this, folder, name, cheapest, deadline);
  }

  /**
   * Opens the complete file for somebody who reads it past our checksums. Asks no origin.
   *
   * @return null unless all of it is here and was checked by this process, lately enough
   */
  public @Nullable ExposedFile expose(Deadline deadline) {
    return cache.expose(this, deadline);
  }

  /** Whether {@link #expose} would open it now. */
  public boolean isExposable() {
    return cache.isExposable(this);
  }

  /** Keeps it in the cache until {@link BlockCache#unpin} of that owner. */
  public void pin(String owner) {
    cache.pin(this, owner);
  }

  @Override
  public String toString() {
    return asset.toString();
  }
}
