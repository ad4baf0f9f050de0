package dev.stoker.controller.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /v1/tokens} and {@code /v1/audit}: who may call, and what people did. For admins. */
public final class Tokens {
  /** That one person sees. */
  public static final int MOST_PROJECTS = 1_000;

  /** Ten years: whoever wants longer wants no end. */
  public static final long LONGEST_SECONDS = 10L * 366 * 86_400;

  /**
   * A scale set's resource id, in any case of letters; Azure's names of groups and scale sets have
   * at most 90 and 64 characters.
   */
  public static final String SCALE_SET =
      "^/subscriptions/[0-9a-f-]{36}/resourceGroups/[A-Za-z0-9_.()-]{1,90}/providers"
          + "/Microsoft\\.Compute/virtualMachineScaleSets/[A-Za-z0-9_.-]{1,64}$";

  private Tokens() {}

  /** What a token is for. */
  public enum Kind {
    /** A person or their tool. */
    USER,
    /** Registers nodes, and nothing else. */
    JOIN
  }

  /** What a person may do; each may do what those before it may. */
  public enum Role {
    /** Look. */
    VIEWER,
    /** Submit jobs, and change one's own. */
    ARTIST,
    /** Change every job and node. */
    WRANGLER,
    /** Give out and revoke tokens. */
    ADMIN;

    public boolean mayDoWhat(Role needed) {
      return compareTo(needed) >= 0;
    }
  }

  /**
   * {@code POST /v1/tokens}.
   *
   * @param name the person, or what the nodes are for
   * @param role of a person; null for a join token
   * @param projects the only ones the person sees; empty for all
   * @param single whether a join token belongs to the first node that registers with it
   * @param node the only node that may register with a join token; null for any
   * @param validSeconds how long it is valid; null for ever
   * @param scaleSet resource id of the scale set whose machines alone may register with a join
   *     token, as Azure vouches; null for any machine
   */
  @Variant(
      kind = "USER",
      needs = "role",
      without = {"single", "node", "scaleSet"})
  @Variant(
      kind = "JOIN",
      without = {"role", "projects"})
  public record Create(
      Kind kind,
      @Bounds(least = 1, most = Bounds.NAME, printable = true) String name,
      @Nullable Role role,
      @Bounds(most = MOST_PROJECTS)
          List<@Bounds(least = 1, most = Bounds.NAME, printable = true) String> projects,
      boolean single,
      @Bounds(least = 1, most = Bounds.NAME, printable = true) @Nullable String node,
      @Bounds(least = 1, most = LONGEST_SECONDS) @Nullable Long validSeconds,
      @Bounds(pattern = SCALE_SET) @Nullable String scaleSet) {
    public Create {
      projects = List.copyOf(projects);
    }

    /** For machines wherever they are. */
    public Create(
        Kind kind,
        String name,
        @Nullable Role role,
        List<String> projects,
        boolean single,
        @Nullable String node,
        @Nullable Long validSeconds) {
      this(kind, name, role, projects, single, node, validSeconds, null);
    }
  }

  /**
   * @param token shown this once: only its hash is kept
   */
  public record Created(String id, String token) {}

  /** {@code GET /v1/tokens}, newest first; {@code POST /v1/tokens/{id}/revoke} answers the same. */
  public record Page(List<Token> tokens) {
    public Page {
      tokens = List.copyOf(tokens);
    }
  }

  /**
   * @param node the only node that may register with it, or empty
   * @param scaleSet whose machines alone may register with it, or empty
   * @param createdMillis milliseconds since 1970
   * @param expiresMillis likewise, null for never
   * @param revokedMillis likewise, null while it is good
   */
  public record Token(
      String id,
      Kind kind,
      String name,
      @Nullable Role role,
      List<String> projects,
      boolean single,
      String node,
      String scaleSet,
      long createdMillis,
      @Nullable Long expiresMillis,
      @Nullable Long revokedMillis) {
    public Token {
      projects = List.copyOf(projects);
    }
  }

  /**
   * {@code GET /v1/me}: whom a token makes its bearer.
   *
   * @param name the person, the node's id, or what the join token is for
   * @param kind {@code user}, {@code join} or {@code node}; {@code anyone} where no token is needed
   * @param role of a person, or of anyone; null for others
   * @param projects the only ones they see; empty for all
   * @param expiresMillis when the token ends, in milliseconds since 1970; null for never
   */
  public record Me(
      String name,
      String kind,
      @Nullable Role role,
      List<String> projects,
      @Nullable Long expiresMillis) {
    public Me {
      projects = List.copyOf(projects);
    }
  }

  /** {@code GET /v1/audit?limit=}, newest first. */
  public record Audit(List<Deed> deeds) {
    public Audit {
      deeds = List.copyOf(deeds);
    }
  }

  /**
   * What somebody did or tried to do.
   *
   * @param action method and path
   * @param status what was answered
   */
  public record Deed(long atMillis, String caller, String action, int status) {}
}
