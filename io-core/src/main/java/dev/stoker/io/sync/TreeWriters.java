package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.HttpUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.NfsUri;
import dev.stoker.io.publish.blob.BlobWriter;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.source.nfs.NfsServers;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/** Opens trees to change them. Thread-safe. */
public final class TreeWriters {
  private final RandomGenerator random = new SecureRandom();
  private final BlobWriter writer;
  private final NfsServers nfs;

  /**
   * @param accounts who signs and sends what goes to Blob; its transport carries everything
   */
  public TreeWriters(BlobAccounts accounts) {
    this.writer = new BlobWriter(accounts, random);
    this.nfs = new NfsServers(accounts.transport(), accounts::awaitUpload);
  }

  /**
   * The tree that {@code uri} names. Sends nothing.
   *
   * @param source the same tree for reading; stays its owner's to close
   * @throws IoFailure.Invalid where nobody can write
   */
  public TreeWriter open(AssetUri uri, AssetSource source) {
    if (uri.pin() != null) {
      throw new IoFailure.Invalid("Cannot write to " + uri + ": what is pinned cannot change.");
    }
    return switch (uri) {
      case BlobUri blob -> new BlobTreeWriter(writer, blob, source, random);
      case FileUri file -> new FileTreeWriter(file.toLocalPath());
      case NfsUri nfsUri -> new NfsTreeWriter(nfs, nfsUri, source);
      case HttpUri http ->
          throw new IoFailure.Invalid(
              "Cannot write to "
                  + http
                  + ": a tree to write to is in Blob, on an NFS server or on a file system.");
    };
  }
}
