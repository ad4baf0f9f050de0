package dev.stoker.agent.cli;

import dev.stoker.agent.azure.InstanceMetadata;
import dev.stoker.agent.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What Azure says of the machine that a command runs on. */
final class AzureMachine {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private AzureMachine() {}

  /** By the field names of the metadata service; empty elsewhere, or where it does not say. */
  static Map<String, String> read(Settings settings, Context context) throws InterruptedException {
    Optional<URI> address = InstanceMetadata.find(settings.imds());
    if (address.isEmpty()) {
      return Map.of();
    }
    try (InstanceMetadata metadata = new InstanceMetadata(address.get())) {
      return metadata.machine(PATIENCE);
    } catch (IOException e) {
      context.err().println("Cannot ask Azure what this machine is: " + e.getMessage());
      return Map.of();
    }
  }
}
