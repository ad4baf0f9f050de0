package dev.stoker.agent.demo;

import dev.stoker.agent.launch.FolderTree;
import dev.stoker.agent.pipeline.AgentSettings;
import dev.stoker.agent.pipeline.NodeAgent;
import dev.stoker.agent.profile.RendererProfiles;
import dev.stoker.controller.api.ControllerServer;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.daemon.IoNode;
import dev.stoker.io.daemon.IoSettings;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.publish.PublishOptions;
import dev.stoker.io.publish.Publishers;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.Sources;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.sync.TreePush;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A controller, the I/O of a node and one agent in this process, on loopback, with an emulated
 * account. Closing it ends them in the order in which they need each other.
 */
final class LocalFarm implements AutoCloseable {
  /** Registering takes milliseconds; reading the cache's index takes longer when it is large. */
  private static final Duration START = Duration.ofSeconds(60);

  /** Ten scenes of the demo's size. */
  private static final long CACHE_BYTES = 2L << 30;

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final HttpTransport transport;
  private final Sources sources;
  private final ControllerServer controller;
  private final ControllerClient client;

  private LocalFarm(Path data, EmulatedStorage storage, String release)
      throws IOException, InterruptedException {
    try {
      BlobSettings blob =
          new BlobSettings(
              Map.of(),
              Map.of(storage.origin(), storage.credential()),
              BlobSettings.PUBLIC_CLOUD,
              Map.of(),
              BlobSettings.IMDS);
      transport = add(new HttpTransport(TransportOptions.fromEnvironment(Map.of())));
      sources = new Sources(transport, blob);
      // The queue of an interrupted run would be rendered first: each run starts with an empty one.
      Path queue = data.resolve("controller");
      if (Files.isDirectory(queue)) {
        FolderTree.delete(queue);
      }
      controller = add(ControllerServer.start(ControllerSettings.loopback(queue, 0)));
      client = add(new ControllerClient(controller.url(), null));
      IoNode io =
          add(
              IoNode.open(
                  new IoSettings(
                          data.resolve("io"),
                          List.of(new CacheSettings.Disk(data.resolve("cache"), CACHE_BYTES)),
                          IoSettings.DEFAULT_MEMORY_BYTES,
                          blob)
                      .withMount(data.resolve("io/mount"))));
      var publisher = add(Publishers.open(sources.accounts(), PublishOptions.defaults()));
      NodeAgent agent =
          new NodeAgent(
              AgentSettings.of("demo-node", release, data.resolve("agent")),
              client,
              io,
              publisher,
              RendererProfiles.load());
      startAgent(agent);
    } catch (RuntimeException | IOException | InterruptedException e) {
      close();
      throw e;
    }
  }

  /**
   * @param data keeps the cache between runs
   * @param release Stoker's version
   */
  static LocalFarm start(Path data, EmulatedStorage storage, String release)
      throws IOException, InterruptedException {
    Files.createDirectories(data);
    return new LocalFarm(data, storage, release);
  }

  private void startAgent(NodeAgent agent) throws InterruptedException {
    CompletableFuture<Void> ready = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .name("demo-agent")
            .start(
                () -> {
                  try {
                    agent.run(() -> ready.complete(null));
                    ready.completeExceptionally(new IOException("it ended at once"));
                  } catch (IOException | RuntimeException e) {
                    ready.completeExceptionally(e);
                  } catch (InterruptedException e) {
                    ready.completeExceptionally(e);
                    Thread.currentThread().interrupt();
                  }
                });
    add(
        () -> {
          agent.close();
          thread.join(START.toMillis());
        });
    try {
      ready.get(START.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new DemoFailure("The agent did not start: " + e.getCause() + ".", e);
    } catch (TimeoutException e) {
      throw new DemoFailure("The agent did not start within %d s.".formatted(START.toSeconds()), e);
    }
  }

  private <T extends AutoCloseable> T add(T part) {
    parts.push(part);
    return part;
  }

  URI url() {
    return controller.url();
  }

  ControllerClient client() {
    return client;
  }

  TreePush newPush() {
    return new TreePush(sources.accounts());
  }

  /** Accounts with their credentials. */
  BlobAccounts accounts() {
    return sources.accounts();
  }

  AssetSource open(String uri) {
    return sources.open(AssetUri.parse(uri));
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        System.getLogger(LocalFarm.class.getName())
            .log(System.Logger.Level.WARNING, "A part did not close: " + e.getMessage());
      }
    }
  }
}
