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

/**
 * Mounts a tree to be written to until its input ends. A process of its own: page faults of who
 * maps its files must not hold up the threads that answer them, and it is killed by tests.
 */
final class ScratchServer {
  private ScratchServer() {}

  /** Arguments as {@link ScratchMount} gives them. */
  public static void main(String[] args) throws IOException {
    Path top = Path.of(args[0]);
    MountRequest.Scratch how =
        new MountRequest.Scratch(
            args[3], Long.parseLong(args[4]), Long.parseLong(args[5]), Long.parseLong(args[6]));
    MountRequest request =
        new MountRequest(
                "",
                args[1],
                args[2],
                false,
                false,
                0,
                0,
                0644,
                0755,
                Long.parseLong(args[7]),
                4 << 20,
                128,
                Long.parseLong(args[8]),
                0,
                false,
                null)
            .writable(how);
    IoSettings settings =
        new IoSettings(
            top.resolve("data"),
            List.of(new CacheSettings.Disk(top.resolve("cache"), 1 << 30)),
            64 << 20,
            BlobSettings.fromEnvironment(System.getenv()));
    try (IoNode node = IoNode.open(settings)) {
      String mounted = node.mount(request, Deadline.after(Duration.ofSeconds(30)));
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
