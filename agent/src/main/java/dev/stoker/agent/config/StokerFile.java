package dev.stoker.agent.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The contents of one {@code stoker.yaml}, key by key; null or empty where the file says nothing.
 * {@code docs/configure.md} explains each key.
 *
 * @param controller URL of the controller
 * @param token shared secret of controller, agents and people
 * @param data folder of all state
 * @param listen {@code HOST:PORT} the controller listens on
 * @param memory most memory the I/O process takes for data, as {@link ByteSize}
 * @param name what this node calls itself
 * @param cache the block cache
 * @param locations what paths in jobs mean
 * @param origins credentials by origin
 * @param slots how many tasks run here at a time, at least 1
 * @param reserve what is kept from the slots for the system and Stoker
 * @param user the account that renderers run as
 */
public record StokerFile(
    @Nullable String controller,
    @Nullable String token,
    @Nullable String data,
    @Nullable String listen,
    @Nullable String memory,
    @Nullable String name,
    @Nullable Cache cache,
    List<LocationEntry> locations,
    Map<String, Credential> origins,
    @Nullable Integer slots,
    @Nullable Reserve reserve,
    @Nullable String user) {

  static final StokerFile EMPTY =
      new StokerFile(
          null, null, null, null, null, null, null, List.of(), Map.of(), null, null, null);

  public StokerFile {
    locations = locations == null ? List.of() : List.copyOf(locations);
    origins = origins == null ? Map.of() : Map.copyOf(origins);
  }

  /**
   * @param folder where blocks are kept; below the data folder when null
   * @param size most disk it takes, as {@link ByteSize}
   */
  public record Cache(@Nullable String folder, @Nullable String size) {}

  /**
   * @param name one path segment
   * @param uri the origin tree
   * @param paths under which artists' machines know it
   * @param access {@code read} (the default) or {@code write}
   */
  public record LocationEntry(
      @Nullable String name, @Nullable String uri, List<String> paths, @Nullable String access) {
    public LocationEntry {
      paths = paths == null ? List.of() : List.copyOf(paths);
    }
  }

  /**
   * What opens an origin; one of the two.
   *
   * @param key shared key of a storage account, Base64
   * @param sas shared access signature, without the leading question mark
   */
  public record Credential(@Nullable String key, @Nullable String sas) {
    @Override
    public String toString() {
      return "Credential[hidden]";
    }
  }

  /**
   * @param cpus logical CPUs, ≥ 0
   * @param memory as {@link ByteSize}
   */
  public record Reserve(@Nullable Integer cpus, @Nullable String memory) {}
}
