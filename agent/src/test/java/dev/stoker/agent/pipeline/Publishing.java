package dev.stoker.agent.pipeline;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.publish.Fence;
import dev.stoker.io.publish.OutputFile;
import dev.stoker.io.publish.OutputManifest;
import dev.stoker.io.publish.OutputPublisher;
import dev.stoker.io.publish.PublishOptions;
import dev.stoker.io.publish.Publishers;
import dev.stoker.io.publish.StagedOutput;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.source.blob.BlobSettings;
import java.util.Map;

/** The real publisher, with the transport it needs. */
final class Publishing implements OutputPublisher {
  private final HttpTransport transport =
      new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
  private final OutputPublisher publisher;

  private Publishing(Map<String, String> environment) {
    publisher =
        Publishers.open(
            new BlobAccounts(BlobSettings.fromEnvironment(environment), transport),
            PublishOptions.defaults());
  }

  static OutputPublisher toFiles() {
    return new Publishing(Map.of());
  }

  /**
   * @param connectionString of the storage account
   */
  static OutputPublisher toBlob(String connectionString) {
    return new Publishing(Map.of("AZURE_STORAGE_CONNECTION_STRING", connectionString));
  }

  @Override
  public StagedOutput stage(OutputFile file, AssetUri destination, Fence fence, Deadline deadline) {
    return publisher.stage(file, destination, fence, deadline);
  }

  @Override
  public void carryOut(OutputManifest manifest, Deadline deadline) {
    publisher.carryOut(manifest, deadline);
  }

  @Override
  public void discard(OutputManifest manifest, Deadline deadline) {
    publisher.discard(manifest, deadline);
  }

  @Override
  public void close() {
    publisher.close();
    transport.close();
  }
}
