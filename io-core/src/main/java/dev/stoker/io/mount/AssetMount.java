package dev.stoker.io.mount;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.mount.fuse.FileTree;
import dev.stoker.io.mount.fuse.FuseSession;
import dev.stoker.io.mount.fuse.MountPoint;
import dev.stoker.io.mount.fuse.SessionOptions;
import dev.stoker.io.posix.PosixException;
import java.nio.file.Path;

/** A tree mounted on a folder, until it is closed or somebody unmounts it. Thread-safe. */
public final class AssetMount implements AutoCloseable {
  private final MountPoint point;
  private final FuseSession session;

  private AssetMount(MountPoint point, FuseSession session) {
    this.point = point;
    this.session = session;
  }

  /**
   * How a tree is mounted.
   *
   * @param source what {@code mount} and {@code df} show
   * @param othersToo whether other users may look in
   * @param kernelReadAheadKibibytes what the kernel reads at a time, around page faults too
   */
  public record Settings(
      String source,
      boolean readOnly,
      boolean othersToo,
      int kernelReadAheadKibibytes,
      SessionOptions session) {}

  /**
   * Mounts; returns when the tree can be read.
   *
   * @throws IoFailure.Disk when the folder cannot be mounted on
   */
  public static AssetMount mount(Path folder, FileTree tree, Settings settings) {
    MountPoint point =
        MountPoint.mount(folder, settings.source(), settings.readOnly(), settings.othersToo());
    boolean started = false;
    try {
      FuseSession session = FuseSession.start(point.device(), tree, settings.session());
      point.readAhead(settings.kernelReadAheadKibibytes());
      started = true;
      return new AssetMount(point, session);
    } catch (PosixException e) {
      throw new IoFailure.Disk("Cannot serve the mount at " + folder + ": " + e.getMessage(), e);
    } finally {
      if (!started) {
        point.close();
        point.device().close();
      }
    }
  }

  public Path folder() {
    return point.folder();
  }

  public FuseSession session() {
    return session;
  }

  /** Waits until somebody unmounts it. */
  public void awaitEnd() throws InterruptedException {
    session.awaitEnd();
  }

  /** Unmounts; who has files open after a moment is cut off. */
  @Override
  public void close() {
    point.close();
    session.close();
  }
}
