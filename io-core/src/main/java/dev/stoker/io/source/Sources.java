package dev.stoker.io.source;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.HttpUri;
import dev.stoker.io.asset.NfsUri;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.source.blob.BlobSource;
import dev.stoker.io.source.file.FileSource;
import dev.stoker.io.source.http.HttpSource;
import dev.stoker.io.source.nfs.NfsServers;
import dev.stoker.io.source.nfs.NfsSource;

/**
 * Opens trees by their URI. Connections and credentials belong to the origin and are shared by all
 * its trees; opening one more costs nothing. Thread-safe.
 */
public final class Sources {
  private final HttpTransport transport;
  private final BlobAccounts accounts;
  private final NfsServers nfs;

  /** Uses {@code transport}, which stays its owner's to close. */
  public Sources(HttpTransport transport, BlobSettings settings) {
    this.transport = transport;
    this.accounts = new BlobAccounts(settings, transport);
    this.nfs = new NfsServers(transport);
  }

  /**
   * The tree that {@code uri} names. Sends nothing, except that the first use of an account may ask
   * the metadata service for a token.
   *
   * @throws dev.stoker.io.asset.IoFailure when its credential cannot be used
   */
  public AssetSource open(AssetUri uri) {
    // No pattern switch: linking one costs 50 ms at start-up, which no cache of classes saves.
    if (uri instanceof BlobUri blob) {
      return new BlobSource(accounts.accountOf(blob), blob);
    }
    if (uri instanceof NfsUri nfsUri) {
      return new NfsSource(nfs, nfsUri);
    }
    return uri instanceof HttpUri http
        ? new HttpSource(transport, http)
        : new FileSource((FileUri) uri);
  }

  /** The same with the credentials of a project, where it has its own. */
  public AssetSource openFor(AssetUri uri, String project) {
    return uri instanceof BlobUri blob
        ? new BlobSource(accounts.accountOf(blob, project), blob)
        : open(uri);
  }

  /** Whether a project reads that tree with a credential of its own. */
  public boolean hasOwnCredential(AssetUri tree, String project) {
    return accounts.hasOwnCredential(tree.origin(), project);
  }

  /** Accounts and their credentials, for those who write to them. */
  public BlobAccounts accounts() {
    return accounts;
  }
}
