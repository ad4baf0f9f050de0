package dev.stoker.controller.api;

import dev.stoker.controller.dispatch.Queue;
import dev.stoker.controller.http.Problem;
import dev.stoker.controller.protocol.Tokens.Role;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** Who may make which call. What it does not allow is refused by a {@link Problem}. */
final class Permissions {
  private final Queue queue;

  Permissions(Queue queue) {
    this.queue = queue;
  }

  /** A path answers the methods that the document lists for it. */
  static void requireListed(Request request) {
    SortedSet<String> methods = CallNames.methods(request.path);
    if (methods.isEmpty()) {
      throw nothingHere();
    }
    if (!methods.contains(request.method())) {
      throw new Problem(
          405,
          "This path answers " + String.join(" and ", methods) + " only.",
          Map.of("Allow", String.join(", ", methods)));
    }
  }

  /** A person of that role at least, or anyone where access is open. */
  static void requireUser(Request request, Role needed) {
    switch (request.caller) {
      case Caller.Anyone anyone -> {}
      case Caller.User user -> {
        if (!user.role().mayDoWhat(needed)) {
          throw new Problem(
              403,
              "Your token's role is "
                  + word(user.role())
                  + "; this needs "
                  + word(needed)
                  + ", so ask somebody who is.");
        }
      }
      case Caller.Joiner joiner -> throw new Problem(403, "A join token only registers nodes.");
      case Caller.Stranger stranger -> throw noToken();
      case Caller.Node node ->
          throw new Problem(403, "A node's token does not work for what people do.");
    }
  }

  private static String word(Role role) {
    return role.name().toLowerCase(Locale.ROOT);
  }

  /** The projects that the caller sees; empty for all. */
  static Set<String> projects(Request request) {
    return request.caller instanceof Caller.User user ? user.projects() : Set.of();
  }

  /** A job of another project is as one that is not there. */
  void requireSeer(Request request, String job) {
    requireUser(request, Role.VIEWER);
    Set<String> projects = projects(request);
    if (!projects.isEmpty() && !projects.contains(queue.views().owner(job).project())) {
      throw new Problem(404, "There is no job of that name in your projects.");
    }
  }

  /** Whoever may change the job. */
  void requireChanger(Request request, String job) {
    requireSeer(request, job);
    requireUser(request, Role.ARTIST);
    if (request.caller instanceof Caller.User user
        && user.role() == Role.ARTIST
        && !queue.views().owner(job).submitter().equals(user.name())) {
      throw new Problem(403, "The job is somebody else's; ask them, or a wrangler, to change it.");
    }
  }

  static Problem noToken() {
    return new Problem(
        401, "This controller asks for a token; give one with --token-file or STOKER_TOKEN.");
  }

  /** That node, or anyone where access is open. */
  static void requireNode(Request request, String id) {
    switch (request.caller) {
      case Caller.Anyone anyone -> {}
      case Caller.Node node when node.id().equals(id) -> {}
      case Caller.Node node ->
          throw new Problem(403, "The token belongs to another node than the one it acts for.");
      case Caller.User user -> throw new Problem(403, "A user's token does not work for nodes.");
      case Caller.Joiner joiner -> throw new Problem(403, "A join token only registers nodes.");
      case Caller.Stranger stranger -> throw noToken();
    }
  }

  /** The node on whose behalf a lease is used, null for anyone where access is open. */
  static @Nullable String actingNode(Request request) {
    return switch (request.caller) {
      case Caller.Anyone anyone -> null;
      case Caller.Node node -> node.id();
      case Caller.User user -> throw new Problem(403, "A user's token does not work for nodes.");
      case Caller.Joiner joiner -> throw new Problem(403, "A join token only registers nodes.");
      case Caller.Stranger stranger -> throw noToken();
    };
  }

  /** A node that works on the job, or whoever sees it. */
  void requireReader(Request request, String job) {
    if (request.caller instanceof Caller.Node node) {
      if (!queue.nodes().worksOn(node.id(), job)) {
        throw new Problem(
            403, "The node holds no lease on job " + job + ", so it may not read it.");
      }
    } else {
      requireSeer(request, job);
    }
  }

  static Problem nothingHere() {
    return new Problem(404, "There is nothing at this path; docs/protocol.md lists the calls.");
  }
}
