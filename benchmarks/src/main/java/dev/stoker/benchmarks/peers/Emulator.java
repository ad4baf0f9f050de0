package dev.stoker.benchmarks.peers;

import dev.stoker.io.testing.AzuriteServer;
import java.util.Map;

/** How programs find the emulator and its key. */
final class Emulator {
  private Emulator() {}

  /** For Stoker and the Azure SDK, and for rclone as its remote {@code az:}. */
  static Map<String, String> environment(AzuriteServer azurite) {
    return Map.of(
        "AZURE_STORAGE_CONNECTION_STRING",
        azurite.connectionString(),
        "RCLONE_CONFIG_AZ_TYPE",
        "azureblob",
        "RCLONE_CONFIG_AZ_USE_EMULATOR",
        "true",
        "RCLONE_CONFIG_AZ_ENDPOINT",
        azurite.url() + "/" + AzuriteServer.ACCOUNT);
  }
}
