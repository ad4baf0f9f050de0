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
   */
  record User(String name, Role role, Set<String> projects) implements Caller {
    public User {
      projects = Set.copyOf(projects);
    }
  }

  /**
   * A machine that wants to become a node.
   *
   * @param tokenId the token it was given; null for the one of the configuration
   */
  record Joiner(@Nullable String tokenId) implements Caller {}

  /** A registered node. */
  record Node(String id) implements Caller {}

  /** For the audit log. */
  default String label() {
    return switch (this) {
      case Anyone anyone -> "anyone";
      case User user -> user.name();
      case Joiner joiner -> "join token";
      case Node node -> "node " + node.id();
    };
  }
}
