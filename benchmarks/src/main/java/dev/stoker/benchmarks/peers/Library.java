package dev.stoker.benchmarks.peers;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.FetchEngine;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.Sources;
import dev.stoker.io.source.blob.BlobSettings;
import java.time.Duration;
import java.util.Map;

/** Stoker's I/O core as a library in this process: transport, sources and a fetch engine. */
final class Library implements AutoCloseable {
  private final HttpTransport transport;
  private final Sources sources;
  private final FetchEngine engine;

  /**
   * @param environment where credentials are looked for
   */
  Library(FetchOptions options, Map<String, String> environment) {
    transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
    sources = new Sources(transport, BlobSettings.fromEnvironment(environment));
    engine = new FetchEngine(sources::open, options, new Metrics());
  }

  static Deadline soon() {
    return Deadline.after(Duration.ofMinutes(2));
  }

  FetchEngine engine() {
    return engine;
  }

  Sources sources() {
    return sources;
  }

  /** A file as it is now. */
  PinnedAsset pin(String tree, String path) {
    AssetUri uri = AssetUri.parse(tree);
    try (AssetSource source = sources.open(uri)) {
      return new PinnedAsset(uri, source.stat(AssetPath.of(path), soon()));
    }
  }

  @Override
  public void close() {
    engine.close();
    transport.close();
  }
}
