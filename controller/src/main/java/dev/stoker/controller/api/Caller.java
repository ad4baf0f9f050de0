package dev.stoker.controller.api;

import dev.stoker.controller.protocol.Tokens.Role;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who calls. */
sealed interface Caller {
  /** Somebody on a loopback controller without tokens: may do everything. */
  record Anyone() implements Caller {}

  /**
   * A person or their tool.
   *
   * @param projects the only ones they see; empty for all
   * @param expiresMillis when the token ends, in milliseconds since 1970; null for never
   */
  record User(String name, Role role, Set<String> projects, @Nullable Long expiresMillis)
      implements Caller {
    public User {
      projects = Set.copyOf(projects);
    }
  }

  /**
   * A machine that wants to become a node.
   *
   * @param tokenId the token it was given; null for the one of the configuration
   * @param name what the token is for
   * @param scaleSet whose machines alone may use the token, or empty
   */
  record Joiner(@Nullable String tokenId, String name, String scaleSet) implements Caller {}

  /**
   * A registered node.
   *
   * @param tokenHash of the token it shows
   */
  record Node(String id, String tokenHash) implements Caller {}

  /** Somebody without a token, where the path needs none. */
  record Stranger() implements Caller {}

  /** For the audit log. */
  default String label() {
    return switch (this) {
      case Anyone anyone -> "anyone";
      case User user -> user.name();
      case Joiner joiner -> joiner.tokenId() == null ? "join token" : "join token " + joiner.name();
      case Stranger stranger -> "stranger";
      case Node node -> "node " + node.id();
    };
  }
}
