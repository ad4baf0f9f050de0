package dev.stoker.agent.cli;

import dev.stoker.agent.config.ConfigFailure;
import dev.stoker.agent.config.Settings;
import dev.stoker.agent.config.StokerFile;
import dev.stoker.agent.config.TimeSpan;
import dev.stoker.controller.attest.AzurePolicy;
import dev.stoker.controller.dispatch.Queue;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the configuration says of how nodes join. */
final class JoinPolicy {
  /** An agent renews at half of it, and looks every five seconds. */
  private static final Duration SHORTEST_LIFE = Duration.ofSeconds(30);

  private JoinPolicy() {}

  static @Nullable AzurePolicy azure(Settings settings) {
    StokerFile.Join join = settings.file().join();
    StokerFile.AzureJoin azure = join == null ? null : join.azure();
    if (azure == null) {
      return null;
    }
    String manager = azure.resourceManager();
    return new AzurePolicy(
        azure.subscriptions(),
        azure.scaleSets(),
        path(azure.roots()),
        path(azure.intermediates()),
        AzurePolicy.ISSUER_HOSTS,
        manager == null ? AzurePolicy.RESOURCE_MANAGER : resourceManager(manager),
        settings.imds().orElse(AzurePolicy.METADATA),
        azure.clientId());
  }

  private static @Nullable Path path(@Nullable String text) {
    return text == null ? null : Path.of(text);
  }

  private static URI resourceManager(String text) {
    try {
      URI uri = URI.create(text.replaceFirst("/$", ""));
      if (uri.getHost() != null && ("https".equals(uri.getScheme()) || isLoopback(uri))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Told below, in our words.
    }
    throw new ConfigFailure(
        "'join.azure.resourceManager' is '%s'; it looks like https://management.azure.com."
            .formatted(text));
  }

  /** A fake in a test; a token never leaves the machine in the clear. */
  private static boolean isLoopback(URI uri) {
    return "http".equals(uri.getScheme()) && uri.getHost().equals("127.0.0.1");
  }

  static Duration nodeTokenLife(StokerFile file) {
    String text = file.nodeTokenLife();
    if (text == null) {
      return Queue.NODE_TOKEN_LIFE;
    }
    Duration life = TimeSpan.parse("nodeTokenLife", text);
    if (life.compareTo(SHORTEST_LIFE) < 0) {
      throw new ConfigFailure("'nodeTokenLife' is %s; at least 30s are needed.".formatted(text));
    }
    return life;
  }
}
