package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.daemon.IoClient;
import dev.stoker.io.daemon.IoNode;
import dev.stoker.io.daemon.IoSettings;
import dev.stoker.io.daemon.IoSocket;
import dev.stoker.io.daemon.NodeCache;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Which cache a command works with: the node's, or any folder. A folder has one owner; where that
 * runs and listens, the command asks it, else it is the owner itself as long as it takes.
 */
final class CacheFolderOptions {
  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description = "Cache folder; its owner is asked where one runs (else this node's cache).")
  private @Nullable Path folder;

  @Option(
      names = "--cache-size",
      paramLabel = "SIZE",
      description = "Most disk that a cache in DIR may take, such as 100GiB (else a quarter).")
  private @Nullable String size;

  /** Whether a folder was named. */
  boolean isGiven() {
    return folder != null;
  }

  /** Sets what a {@code -o} list says: {@code cache} or {@code cache-size}. */
  void set(String name, String value) {
    if (name.equals("cache")) {
      folder = Path.of(value);
    } else {
      size = value;
    }
  }

  /** Whether a process runs and listens that owns it. */
  boolean isOwned(Context context) {
    if (folder == null) {
      return IoSocket.isServed(Engines.ioFolder(context.settings()));
    }
    Optional<IoClient> owner =
        IoClient.ofCache(context.folder().resolve(folder).toAbsolutePath().normalize());
    owner.ifPresent(IoClient::close);
    return owner.isPresent();
  }

  /**
   * Opens it; the caller closes it.
   *
   * @throws dev.stoker.io.asset.IoFailure.Disk when a process owns it that does not listen, naming
   *     its pid
   */
  NodeCache open(Context context) {
    IoSettings node =
        Engines.io(context.settings(), context.environment())
            .withMount(null); // sessions' are not ours
    if (folder == null) {
      return IoSocket.isServed(node.dataFolder())
          ? new IoClient(node.dataFolder())
          : IoNode.open(node);
    }
    Path absolute = context.folder().resolve(folder).toAbsolutePath().normalize();
    Optional<IoClient> owner = IoClient.ofCache(absolute);
    if (owner.isPresent()) {
      return owner.get();
    }
    boolean isNodes =
        node.cacheDisks().stream()
            .anyMatch(disk -> disk.folder().toAbsolutePath().normalize().equals(absolute));
    return IoNode.open(isNodes ? node : alone(node, absolute));
  }

  /** A cache that belongs to no node: its folder holds what a node keeps in its data folder. */
  private IoSettings alone(IoSettings node, Path absolute) {
    long ceilingBytes =
        size == null ? Engines.partOfDisk(absolute) : ByteSize.parse("--cache-size", size);
    return node.withCache(absolute, List.of(new CacheSettings.Disk(absolute, ceilingBytes)));
  }

  /** A URI as the owner understands it, whose working folder is another. */
  static String absolute(Context context, String uri) {
    if (uri.contains("://") || uri.startsWith("file:")) {
      return uri;
    }
    String path = context.folder().resolve(uri).toString();
    return uri.endsWith("/") && !path.endsWith("/") ? path + "/" : path;
  }
}
