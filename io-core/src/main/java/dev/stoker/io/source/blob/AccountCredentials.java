package dev.stoker.io.source.blob;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Configured credentials of accounts: those of everybody, and those of single projects, which come
 * first.
 *
 * @param common by {@link dev.stoker.io.asset.BlobUri#origin()}, such as {@code blob://studio}
 * @param ofProjects the same by project
 */
public record AccountCredentials(
    Map<String, OriginCredential> common, Map<String, Map<String, OriginCredential>> ofProjects) {
  public static final AccountCredentials NONE = new AccountCredentials(Map.of(), Map.of());

  public AccountCredentials {
    common = Map.copyOf(common);
    Map<String, Map<String, OriginCredential>> copies = new HashMap<>();
    ofProjects.forEach((project, origins) -> copies.put(project, Map.copyOf(origins)));
    ofProjects = Map.copyOf(copies);
  }

  /** Whether a project has a credential of its own for an origin. */
  public boolean hasOwn(String origin, String project) {
    return ofProjects.getOrDefault(project, Map.of()).containsKey(origin);
  }

  @Nullable OriginCredential find(String origin, String project) {
    OriginCredential own = ofProjects.getOrDefault(project, Map.of()).get(origin);
    return own == null ? common.get(origin) : own;
  }
}
