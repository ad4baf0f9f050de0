package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.daemon.IoNode;
import dev.stoker.io.daemon.IoSettings;
import dev.stoker.io.daemon.MountRequest;
import dev.stoker.io.source.blob.BlobSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Mounts a tree to be written to until its input ends. A process of its own: page faults of who
 * maps its files must not hold up the threads that answer them, and it is killed by tests.
 */
final class ScratchServer {
  private ScratchServer() {}

  static IoNode open(Path top, Map<String, String> environment) {
    return IoNode.open(
        new IoSettings(
            top.resolve("data"),
            List.of(new CacheSettings.Disk(top.resolve("cache"), 1 << 30)),
            64 << 20,
            BlobSettings.fromEnvironment(environment)));
  }

  static String mount(IoNode node, String uri, String folder, ScratchMount.Settings settings) {
    MountRequest request =
        new MountRequest(
                "",
                uri,
                folder,
                false,
                false,
                0,
                0,
                0644,
                0755,
                settings.nameMillis(),
                4 << 20,
                128,
                settings.timeoutMillis(),
                0,
                false,
                null)
            .writable(
                new MountRequest.Scratch(
                    settings.spool().toString(),
                    settings.spoolBytes(),
                    settings.writeBackMillis(),
                    settings.unmountMillis()));
    return node.mount(request, Deadline.after(Duration.ofSeconds(30)));
  }

  /** Arguments as {@link ScratchMount} gives them. */
  public static void main(String[] args) throws IOException {
    ScratchMount.Settings settings =
        new ScratchMount.Settings(
            Path.of(args[3]),
            Long.parseLong(args[4]),
            Long.parseLong(args[5]),
            Long.parseLong(args[6]),
            Long.parseLong(args[7]),
            Long.parseLong(args[8]));
    try (IoNode node = open(Path.of(args[0]), System.getenv())) {
      String mounted = mount(node, args[1], args[2], settings);
      System.out.println("ready " + mounted);
      while (System.in.read() >= 0) {
        // Until the test ends it.
      }
      boolean _ = node.unmount(mounted);
      boolean _ = node.awaitUnmount(mounted, Deadline.after(Duration.ofMinutes(2)));
      System.out.println("stored");
    } catch (IoFailure e) {
      System.out.println(e.getMessage());
      throw e;
    }
  }
}
