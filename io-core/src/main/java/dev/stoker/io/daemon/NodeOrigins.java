package dev.stoker.io.daemon;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.asset.Reader;
import dev.stoker.io.fetch.FetchEngine;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.fetch.RangeSink;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.Sources;
import dev.stoker.io.sync.TreeWriter;
import dev.stoker.io.sync.TreeWriters;
import java.util.concurrent.CompletableFuture;

/**
 * The real origins of a node: one transport, one set of credentials, one fetch engine. A project
 * reads with its own credentials where it has some, else with the node's; requests are shared
 * between readers with the same credentials only.
 */
final class NodeOrigins implements IoNode.Origins {
  private final HttpTransport transport;
  private final Sources sources;
  private final FetchEngine engine;
  private final TreeWriters writers;

  NodeOrigins(IoSettings settings, Metrics metrics) {
    transport =
        new HttpTransport(
            TransportOptions.fromEnvironment(settings.blob().environment())
                .withRpcTimeout(settings.nfsTimeout()));
    sources = new Sources(transport, settings.blob());
    writers = new TreeWriters(sources.accounts());
    engine =
        new FetchEngine(
            sources::openFor,
            FetchOptions.defaults()
                .withMemoryBytes(settings.fetchMemoryBytes())
                .withBytesPerSecond(settings.bytesPerSecond()),
            metrics);
  }

  @Override
  public AssetSource open(AssetUri tree, String project) {
    return sources.openFor(tree, project);
  }

  @Override
  public TreeWriter writer(AssetUri tree, String project, AssetSource source) {
    if (sources.hasOwnCredential(tree, project)) {
      throw new IoFailure.Invalid(
          "Cannot write to " + tree + " as project '" + project + "': only the node writes.");
    }
    return writers.open(tree, source);
  }

  @Override
  public CompletableFuture<Void> fetch(
      PinnedAsset asset, ByteRange range, Priority priority, Deadline deadline, RangeSink sink) {
    Reader reader = asset.reader();
    PinnedAsset asRead =
        sources.hasOwnCredential(asset.tree(), reader.project())
            ? asset
            : asset.readBy(new Reader("", reader.share()));
    return engine.fetch(asRead, range, priority, deadline, sink);
  }

  @Override
  public void close() {
    engine.close();
    transport.close();
  }
}
