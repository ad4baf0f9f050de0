package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.HttpUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.NfsUri;
import dev.stoker.io.publish.blob.BlobWriter;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.source.nfs.NfsServers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Pushes files and trees to Blob, to NFS servers and to file systems. Thread-safe. */
public final class TreePush {
  private final RandomGenerator random = new SecureRandom();
  private final BlobWriter writer;
  private final NfsServers nfs;

  /**
   * @param accounts who signs and sends what goes to Blob; its transport carries everything
   */
  public TreePush(BlobAccounts accounts) {
    this.writer = new BlobWriter(accounts, random);
    this.nfs = new NfsServers(accounts.transport(), accounts::awaitUpload);
  }

  /**
   * Makes the destination hold what the source holds. A file that cannot be pushed is in the
   * summary and does not keep others from being pushed, unless the reason is one that would stop
   * them too.
   *
   * @param progress told about twice a second, and at the end
   * @throws IoFailure when the source cannot be read or the destination not be written at all
   */
  public PushSummary push(PushRequest request, Deadline deadline, Consumer<PushProgress> progress) {
    long startNanos = System.nanoTime();
    Path source = request.source();
    boolean isFolder = Files.isDirectory(source);
    if (!isFolder && !Files.exists(source)) {
      throw new IoFailure.NotFound("Cannot push " + source + ": there is no such file or folder.");
    }
    TreeWalk.Found found = isFolder ? TreeWalk.find(source) : TreeWalk.Found.single(source);
    AssetUri destination = request.destination();
    if (!isFolder && destination.namesTree()) {
      destination = destination.resolve(new AssetPath(String.valueOf(source.getFileName())));
    }
    try (PushTarget target = targetOf(destination, request)) {
      Map<AssetPath, Existing> existing = new HashMap<>();
      if (isFolder) {
        existing.putAll(target.list(deadline));
      } else {
        Existing one = target.find(AssetPath.ROOT, deadline);
        if (one != null) {
          existing.put(AssetPath.ROOT, one);
        }
      }
      PushRun run = new PushRun(request, target, existing, found.files(), deadline);
      return run.run(found.skipped(), progress, startNanos);
    }
  }

  private PushTarget targetOf(AssetUri destination, PushRequest request) {
    return switch (destination) {
      case BlobUri uri -> new BlobTarget(writer, uri, request.createContainer(), random);
      case FileUri uri -> new FileTarget(uri.toLocalPath());
      case NfsUri uri -> new NfsTarget(nfs, uri);
      case HttpUri uri ->
          throw new IoFailure.Invalid(
              "Cannot push to "
                  + uri
                  + ": the destination must be in Blob, on an NFS server or on a file system.");
    };
  }
}
