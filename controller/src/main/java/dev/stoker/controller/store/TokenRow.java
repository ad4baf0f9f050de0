package dev.stoker.controller.store;

import dev.stoker.controller.protocol.Tokens;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token that was given out; the fields are those of {@link Tokens.Token}, besides its hash.
 *
 * @param boundTo the only node that may register with it, or empty
 * @param scaleSet whose machines alone may register with it, or empty
 */
public record TokenRow(
    String id,
    String tokenHash,
    Tokens.Kind kind,
    String name,
    Tokens.@Nullable Role role,
    List<String> projects,
    boolean single,
    String boundTo,
    String scaleSet,
    long createdMillis,
    @Nullable Long expiresMillis,
    @Nullable Long revokedMillis) {
  public TokenRow {
    projects = List.copyOf(projects);
    // A controller of an earlier release, on the same database, tells none.
    scaleSet = scaleSet == null ? "" : scaleSet;
  }

  public boolean isGood(long nowMillis) {
    return revokedMillis == null && (expiresMillis == null || nowMillis < expiresMillis);
  }

  /** The same, for one node only. */
  public TokenRow boundTo(String node) {
    return new TokenRow(
        id,
        tokenHash,
        kind,
        name,
        role,
        projects,
        single,
        node,
        scaleSet,
        createdMillis,
        expiresMillis,
        revokedMillis);
  }

  /** The same, no longer good. */
  public TokenRow revokedAt(long millis) {
    return new TokenRow(
        id,
        tokenHash,
        kind,
        name,
        role,
        projects,
        single,
        boundTo,
        scaleSet,
        createdMillis,
        expiresMillis,
        millis);
  }
}
