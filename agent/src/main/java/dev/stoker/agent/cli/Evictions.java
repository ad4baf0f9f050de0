package dev.stoker.agent.cli;

import dev.stoker.agent.azure.EventWatch;
import dev.stoker.agent.azure.InstanceMetadata;
import dev.stoker.agent.config.Settings;
import dev.stoker.agent.pipeline.NodeAgent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Makes an agent leave in good order when Azure takes its machine; does nothing elsewhere. */
final class Evictions implements AutoCloseable {
  private static final Duration END = Duration.ofSeconds(2);

  private final @Nullable InstanceMetadata metadata;
  private final @Nullable EventWatch watch;
  private final @Nullable Thread thread;

  private Evictions(@Nullable InstanceMetadata metadata, NodeAgent agent) {
    this.metadata = metadata;
    if (metadata == null) {
      watch = null;
      thread = null;
    } else {
      EventWatch made = new EventWatch(metadata, tenant(agent), Clock.systemUTC());
      watch = made;
      thread = Thread.ofPlatform().name("scheduled-events").daemon().unstarted(made::run);
    }
  }

  static Evictions watch(Settings settings, NodeAgent agent) {
    return new Evictions(
        InstanceMetadata.find(settings.imds()).map(InstanceMetadata::new).orElse(null), agent);
  }

  private static EventWatch.Tenant tenant(NodeAgent agent) {
    return new EventWatch.Tenant() {
      @Override
      public void evict(Instant notBefore, String type) {
        agent.evict(notBefore, "Azure announced " + type);
      }

      @Override
      public boolean isSafe() {
        return agent.isSafe();
      }

      @Override
      public void stay() {
        agent.stay();
      }
    };
  }

  void start() {
    if (thread != null) {
      thread.start();
    }
  }

  @Override
  public void close() {
    if (metadata == null || watch == null || thread == null) {
      return;
    }
    watch.close();
    metadata.close();
    try {
      thread.join(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
