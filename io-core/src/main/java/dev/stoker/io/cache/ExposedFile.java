package dev.stoker.io.cache;

import dev.stoker.io.posix.FileHandle;
import java.io.IOException;

/**
 * A complete, checked file that somebody reads past our checksums by its descriptor: the kernel,
 * for a FUSE passthrough. While it is exposed it is pinned and has a name more, so that it is never
 * punched, counts against the ceiling, is read again by the scrub, and who changes it is noticed.
 *
 * <p>Thread-safe; closed once, by its owner.
 */
public final class ExposedFile implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ExposedFile.class.getName());

  private final Entry entry;
  private final String owner;
  private final PlacedFile placed;
  private final FileHandle handle;

  ExposedFile(Entry entry, String owner, PlacedFile placed, FileHandle handle) {
    this.entry = entry;
    this.owner = owner;
    this.placed = placed;
    this.handle = handle;
  }

  /** The file, open to read. */
  public FileHandle handle() {
    return handle;
  }

  /** Whoever had the descriptor has let go of it. */
  @Override
  public void close() {
    handle.close();
    try {
      placed.withdraw(entry.disk.exposed, owner);
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} keeps a name too many until the next start: {1}",
          entry.identity,
          e.getMessage());
    } finally {
      entry.disk.space.unpin(entry, owner);
    }
  }
}
