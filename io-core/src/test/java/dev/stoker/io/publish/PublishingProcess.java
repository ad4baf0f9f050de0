package dev.stoker.io.publish;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.source.blob.BlobSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An agent that stages, tells its manifest, and carries it out when told to; for a test to kill at
 * any moment. Arguments: the fence, then pairs of a file and a destination.
 */
final class PublishingProcess {
  private PublishingProcess() {}

  public static void main(String[] arguments) throws IOException {
    Fence fence = Fence.parse(arguments[0]);
    Deadline deadline = Deadline.after(Duration.ofSeconds(60));
    try (HttpTransport transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
        OutputPublisher publisher =
            Publishers.open(
                new BlobAccounts(BlobSettings.fromEnvironment(System.getenv()), transport),
                PublishOptions.defaults())) {
      List<StagedOutput> staged = new ArrayList<>();
      for (int i = 1; i < arguments.length; i += 2) {
        OutputFile file = OutputFile.of(Path.of(arguments[i]));
        staged.add(publisher.stage(file, AssetUri.parse(arguments[i + 1]), fence, deadline));
      }
      OutputManifest manifest = new OutputManifest(fence, staged);
      System.out.println(new ObjectMapper().writeValueAsString(manifest));
      while (System.in.read() >= 0) {
        publisher.carryOut(manifest, deadline);
      }
    }
  }
}
