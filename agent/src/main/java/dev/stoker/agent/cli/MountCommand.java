package dev.stoker.agent.cli;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.daemon.IoClient;
import dev.stoker.io.daemon.NodeCache;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoker mount}: a tree of an origin as a folder. */
@Command(
    name = "mount",
    description = {
      "Mount a tree of Blob, NFS, a range server or a folder, read-only, through the cache.",
      "Prints one line when it can be read; ends when it is unmounted, or unmounts on a signal.",
      "With --rw it is written to: stored some time after a close, and at once by fsync."
    },
    sortOptions = false)
final class MountCommand implements Callable<Integer> {
  /** Listing the tree's root, with an origin's retries. */
  private static final Duration START_PATIENCE = Duration.ofMinutes(2);

  /** How long one question about the mount's end waits; then it is asked again. */
  private static final Duration LOOK = Duration.ofMinutes(10);

  private final Context context;

  @Parameters(index = "0", paramLabel = "URI", description = "The tree.")
  private String uri = "";

  @Parameters(index = "1", paramLabel = "DIR", description = "The folder to mount it on.")
  private String folder = "";

  @Mixin private CacheFolderOptions cache = new CacheFolderOptions();

  @Mixin private MountOptions options = new MountOptions();

  @Option(names = "--daemon", description = "Return once it is ready; 'umount DIR' ends it.")
  private boolean daemon;

  MountCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    options.apply(cache);
    String absolute = context.folder().resolve(folder).toAbsolutePath().normalize().toString();
    String tree = CacheFolderOptions.absolute(context, uri);
    Background background = new Background(context);
    try (Shutdown shutdown = Shutdown.onSignals(0, Shutdown.PATIENCE.plus(options.patience()))) {
      if (daemon && !cache.isOwned(context)) {
        context.ready(background.start(absolute));
        return 0;
      }
      NodeCache node = shutdown.opening(() -> cache.open(context));
      boolean staysWithNode = daemon || !(node instanceof IoClient);
      String mounted =
          shutdown
              .opening(
                  () ->
                      new Mounted(
                          node,
                          node.mount(
                              options.request(tree, absolute, context.folder(), daemon),
                              Deadline.after(START_PATIENCE)),
                          staysWithNode))
              .at();
      context.ready(mounted);
      while (!daemon && !node.awaitUnmount(mounted, Deadline.after(LOOK))) {
        // Still there.
      }
    }
    return 0;
  }

  /**
   * @param at its folder
   * @param staysWithNode whether whoever serves it takes it away
   */
  private record Mounted(NodeCache node, String at, boolean staysWithNode)
      implements AutoCloseable {
    @Override
    public void close() {
      if (!staysWithNode) {
        node.unmount(at);
      }
    }
  }
}
