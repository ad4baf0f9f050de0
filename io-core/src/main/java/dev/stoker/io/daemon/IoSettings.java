package dev.stoker.io.daemon;

import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.cache.Trust;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.source.blob.BlobSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node's I/O process needs to know.
 *
 * @param dataFolder its state, its socket and notes of stages; made where there is none
 * @param cacheDisks cache folders with their ceilings; stages are cheapest on the same file system
 * @param memoryBytes buffers of cache and fetch engine together; at least 32 MiB
 * @param blob accounts and credentials
 * @param bytesPerSecond most that is fetched from an origin, by {@link
 *     dev.stoker.io.asset.AssetUri#origin()}
 * @param trust how long a check is believed of files that are read past the cache
 * @param mount folder that sessions' folders are mounted in; null for no mount
 * @param nfsTimeout how long an NFS server may say nothing before what waits for it fails
 */
public record IoSettings(
    Path dataFolder,
    List<CacheSettings.Disk> cacheDisks,
    long memoryBytes,
    BlobSettings blob,
    Map<String, Long> bytesPerSecond,
    Trust trust,
    @Nullable Path mount,
    Duration nfsTimeout) {
  /** Runs eight readers at full speed; see {@code docs/cache.md}. */
  public static final long DEFAULT_MEMORY_BYTES = 256L << 20;

  /** Half of it holds requests under way, a quarter grains and the RAM tier; the rest is slack. */
  private static final int CACHE_SHARE = 4;

  private static final int FETCH_SHARE = 2;

  public IoSettings {
    cacheDisks = List.copyOf(cacheDisks);
    bytesPerSecond = Map.copyOf(bytesPerSecond);
  }

  /** Without a mount for sessions, as patient with NFS servers as the kernel. */
  public IoSettings(
      Path dataFolder,
      List<CacheSettings.Disk> cacheDisks,
      long memoryBytes,
      BlobSettings blob,
      Map<String, Long> bytesPerSecond,
      Trust trust) {
    this(
        dataFolder,
        cacheDisks,
        memoryBytes,
        blob,
        bytesPerSecond,
        trust,
        null,
        TransportOptions.RPC_TIMEOUT);
  }

  /** Checks are believed as long as the design allows. */
  public IoSettings(
      Path dataFolder,
      List<CacheSettings.Disk> cacheDisks,
      long memoryBytes,
      BlobSettings blob,
      Map<String, Long> bytesPerSecond) {
    this(dataFolder, cacheDisks, memoryBytes, blob, bytesPerSecond, Trust.DEFAULT);
  }

  /** Without caps. */
  public IoSettings(
      Path dataFolder, List<CacheSettings.Disk> cacheDisks, long memoryBytes, BlobSettings blob) {
    this(dataFolder, cacheDisks, memoryBytes, blob, Map.of());
  }

  /** One cache folder, the default memory, credentials from the environment. */
  public static IoSettings of(Path dataFolder, Path cacheFolder, long cacheCeilingBytes) {
    return new IoSettings(
        dataFolder,
        List.of(new CacheSettings.Disk(cacheFolder, cacheCeilingBytes)),
        DEFAULT_MEMORY_BYTES,
        BlobSettings.fromEnvironment(System.getenv()));
  }

  /** The same with sessions' folders mounted there; null: nowhere. */
  public IoSettings withMount(@Nullable Path folder) {
    return new IoSettings(
        dataFolder, cacheDisks, memoryBytes, blob, bytesPerSecond, trust, folder, nfsTimeout);
  }

  /** The same with another bound for NFS servers that say nothing. */
  public IoSettings withNfsTimeout(Duration timeout) {
    return new IoSettings(
        dataFolder, cacheDisks, memoryBytes, blob, bytesPerSecond, trust, mount, timeout);
  }

  /** The same for another cache, with another data folder. */
  public IoSettings withCache(Path otherDataFolder, List<CacheSettings.Disk> disks) {
    return new IoSettings(
        otherDataFolder, disks, memoryBytes, blob, bytesPerSecond, trust, null, nfsTimeout);
  }

  CacheSettings cache() {
    return new CacheSettings(
        cacheDisks, memoryBytes / CACHE_SHARE, CacheSettings.DEFAULT_OPEN_FILES, trust);
  }

  long fetchMemoryBytes() {
    return memoryBytes / FETCH_SHARE;
  }
}
