package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.agent.config.ConfigFailure;
import dev.stoker.agent.config.OriginCredentials;
import dev.stoker.agent.config.Release;
import dev.stoker.agent.config.Settings;
import dev.stoker.agent.config.StokerFile;
import dev.stoker.agent.config.TimeSpan;
import dev.stoker.agent.pipeline.AgentSettings;
import dev.stoker.agent.pipeline.AssetMode;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.cache.Trust;
import dev.stoker.io.daemon.IoSettings;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.source.blob.BlobSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The configuration in the words of the engines that the commands start. */
final class Engines {
  /** A node's disk holds the system, renderers' scratch and outputs, too. */
  private static final int CACHE_PART_OF_DISK = 4;

  private Engines() {}

  /** Where agent and commands find the I/O process of this node. */
  static Path ioFolder(Settings settings) {
    return settings.data().resolve("io");
  }

  static BlobSettings blob(Settings settings, Map<String, String> environment) {
    return new BlobSettings(
        environment,
        OriginCredentials.of(settings.file().origins()),
        BlobSettings.PUBLIC_CLOUD,
        Map.of(),
        BlobSettings.IMDS,
        bytesPerSecond(settings));
  }

  /** Caps by origin. */
  static Map<String, Long> bytesPerSecond(Settings settings) {
    return OriginCredentials.bytesPerSecond(settings.file().origins());
  }

  /** For a command that fetches by itself, within the memory and the caps that are configured. */
  static FetchOptions fetchOptions(Settings settings) {
    FetchOptions defaults = FetchOptions.defaults();
    return settings
        .memoryBytes()
        .map(defaults::withMemoryBytes)
        .orElse(defaults)
        .withBytesPerSecond(bytesPerSecond(settings));
  }

  /** How origins are talked to. */
  static TransportOptions transport(Settings settings, Map<String, String> environment) {
    return TransportOptions.fromEnvironment(environment)
        .withRpcTimeout(settings.nfsTimeout().orElse(TransportOptions.RPC_TIMEOUT));
  }

  static IoSettings io(Settings settings, Map<String, String> environment) {
    StokerFile.@Nullable Cache cache = settings.file().cache();
    Path folder =
        cache == null || cache.folder() == null
            ? settings.data().resolve("cache")
            : Path.of(cache.folder());
    long ceilingBytes =
        cache == null || cache.size() == null
            ? partOfDisk(folder)
            : ByteSize.parse("cache.size", cache.size());
    return new IoSettings(
            ioFolder(settings),
            List.of(new CacheSettings.Disk(folder, ceilingBytes)),
            settings.memoryBytes().orElse(IoSettings.DEFAULT_MEMORY_BYTES),
            blob(settings, environment),
            bytesPerSecond(settings),
            trust(cache))
        .withMount(mount(settings))
        .withNfsTimeout(settings.nfsTimeout().orElse(TransportOptions.RPC_TIMEOUT));
  }

  /** Where sessions' inputs are mounted, if anywhere. */
  private static @Nullable Path mount(Settings settings) {
    String named = settings.file().mount();
    if (named == null) {
      return ioFolder(settings).resolve("mount");
    }
    if (!named.equals("off") && !Path.of(named).isAbsolute()) {
      throw new ConfigFailure("mount is '%s'; name an absolute path, or off.".formatted(named));
    }
    return named.equals("off") ? null : Path.of(named);
  }

  static AssetMode assets(@Nullable String named) {
    try {
      return named == null
          ? AssetMode.AUTO
          : AssetMode.valueOf(named.toUpperCase(java.util.Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ConfigFailure("assets is '%s'; say mount, stage or auto.".formatted(named));
    }
  }

  private static Trust trust(StokerFile.@Nullable Cache cache) {
    if (cache == null || cache.verifyAfter() == null) {
      return Trust.DEFAULT;
    }
    Duration verifyAfter = TimeSpan.parse("cache.verifyAfter", cache.verifyAfter());
    if (verifyAfter.compareTo(Trust.DEFAULT.verifyAfter()) > 0) {
      throw new ConfigFailure(
          "cache.verifyAfter is '%s'; no check is believed for longer than 24h."
              .formatted(cache.verifyAfter()));
    }
    return Trust.DEFAULT.withVerifyAfter(verifyAfter);
  }

  /** Bytes of disk that a cache takes unless somebody says otherwise. */
  static long partOfDisk(Path folder) {
    try {
      Files.createDirectories(folder);
      return Files.getFileStore(folder).getTotalSpace() / CACHE_PART_OF_DISK;
    } catch (IOException e) {
      throw new ConfigFailure(
          "Cannot use the cache folder %s: %s; name another under 'cache'.".formatted(folder, e));
    }
  }

  static AgentSettings agent(Settings settings) {
    StokerFile file = settings.file();
    AgentSettings agent =
        AgentSettings.of(
                file.name() == null ? hostName() : file.name(),
                Release.version(),
                settings.data().resolve("agent"))
            .withSlots(NodeSlots.rule(file), NodeSlots.reserve(file))
            .withLimits(RendererLimits.of(file.renderers()))
            .withAssets(assets(file.assets()));
    if (file.stall() != null) {
      agent =
          agent.withStallAfter(
              file.stall().equals("off") ? Duration.ZERO : TimeSpan.parse("stall", file.stall()));
    }
    return file.user() == null ? agent : agent.withUsers(JobUsers.find(file.user()));
  }

  private static String hostName() {
    try {
      // Asking the resolver for it may take seconds and give another name.
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      throw new ConfigFailure("Cannot tell this machine's name; set 'name' in stoker.yaml.");
    }
  }
}
