package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetUri;
import java.nio.file.Path;

/**
 * What to push where.
 *
 * @param source a file, which gets the name that the destination gives, or its own below a
 *     destination that names a tree; or a folder, whose contents go below the destination
 * @param destination in Blob or on a file system
 * @param overwrite what happens to files that are there
 * @param verifyOnly compares, byte by byte where no MD5 is stored, and writes nothing
 * @param createContainer whether to create a Blob container that is not there
 */
public record PushRequest(
    Path source,
    AssetUri destination,
    Overwrite overwrite,
    boolean verifyOnly,
    boolean createContainer) {

  /** Sends what changed. */
  public static PushRequest of(Path source, AssetUri destination) {
    return new PushRequest(source, destination, Overwrite.CHANGED, false, false);
  }

  public PushRequest withOverwrite(Overwrite choice) {
    return new PushRequest(source, destination, choice, verifyOnly, createContainer);
  }

  public PushRequest verifying() {
    return new PushRequest(source, destination, overwrite, true, createContainer);
  }

  public PushRequest creatingContainer() {
    return new PushRequest(source, destination, overwrite, verifyOnly, true);
  }
}
