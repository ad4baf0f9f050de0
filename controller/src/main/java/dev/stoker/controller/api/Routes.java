package dev.stoker.controller.api;

import dev.stoker.controller.dispatch.Queue;
import dev.stoker.controller.http.Answer;
import dev.stoker.controller.http.Problem;
import dev.stoker.controller.notify.NotifySettings;
import dev.stoker.controller.observe.ControllerMetrics;
import dev.stoker.controller.protocol.Tokens;
import dev.stoker.controller.protocol.Tokens.Role;
import dev.stoker.controller.web.Topic;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which path and method is which call. */
final class Routes {
  static final int BODY_LIMIT = 1 << 20;
  static final int PAGE = 100;

  private final Queue queue;
  private final Joining joining;
  private final PageRoutes page;
  private final NodeRoutes nodes;
  private final JobRoutes jobs;
  private final Permissions permissions;
  private final ControllerMetrics metrics;

  Routes(
      Queue queue,
      Joining joining,
      NotifySettings notify,
      ControllerMetrics metrics,
      PageRoutes page) {
    this.queue = queue;
    this.joining = joining;
    this.page = page;
    this.metrics = metrics;
    permissions = new Permissions(queue);
    nodes = new NodeRoutes(queue, joining, metrics);
    jobs = new JobRoutes(queue, permissions, notify, page);
  }

  /**
   * The answer: a value that is sent as JSON, a {@link Parked} one that is not there yet, or an
   * {@link dev.stoker.controller.http.Answer} of any type, streams included.
   */
  Object answer(Request request) throws InterruptedException {
    Permissions.requireListed(request);
    List<String> path = request.path;
    if (path.equals(List.of("healthz"))) {
      return Map.of("status", "ok");
    }
    if (path.equals(List.of("metrics"))) {
      Permissions.requireUser(request, Role.VIEWER);
      if (!Permissions.projects(request).isEmpty()) {
        throw new Problem(403, "The numbers are of all projects, and your token is for some.");
      }
      return new Answer.Whole(
          200, ControllerMetrics.CONTENT_TYPE, Map.of("Cache-Control", "no-store"), metrics.text());
    }
    if (path.size() >= 2 && path.getFirst().equals("v1")) {
      List<String> rest = path.subList(2, path.size());
      return switch (path.get(1)) {
        case "nodes" -> nodes.ofNodes(request, rest);
        case "challenges" -> joining.challenge();
        case "me" -> me(request.caller);
        case "leases" -> nodes.ofLeases(request, rest);
        case "jobs" -> jobs.answer(request, rest);
        case "openapi.json" -> {
          Permissions.requireUser(request, Role.VIEWER);
          yield OpenApi.document(request.caller instanceof Caller.Anyone);
        }
        case "session", "overview", "fleet", "events" -> {
          Permissions.requireUser(request, Role.VIEWER);
          yield farm(request, path.get(1));
        }
        case "tokens" -> tokens(request, rest);
        case "audit" -> {
          Permissions.requireUser(request, Role.ADMIN);
          yield queue.tokens().audit(request.small("limit", PAGE));
        }
        default -> throw Permissions.nothingHere();
      };
    }
    throw Permissions.nothingHere();
  }

  private Object farm(Request request, String what) {
    Set<String> projects = Permissions.projects(request);
    return switch (what) {
      case "session" -> PageRoutes.session(request.caller);
      case "overview" -> queue.farm().overview(projects);
      case "fleet" -> page.fleet(request, projects);
      default -> page.events(request, topic(request, projects));
    };
  }

  /** What somebody may follow, if it is there. */
  private Topic topic(Request request, Set<String> projects) {
    String id = String.valueOf(request.parameter("id"));
    return switch (String.valueOf(request.parameter("topic"))) {
      case "overview" -> new Topic.Overview(projects);
      case "job" -> {
        permissions.requireSeer(request, id);
        queue.views().owner(id);
        yield new Topic.Job(id);
      }
      case "node" -> {
        queue.farm().node(id, projects);
        yield new Topic.Node(id, projects);
      }
      default -> throw new Problem(400, "The topic must be overview, job or node.");
    };
  }

  private Object tokens(Request request, List<String> path) throws InterruptedException {
    Permissions.requireUser(request, Role.ADMIN);
    if (path.isEmpty() && request.method().equals("GET")) {
      return queue.tokens().list();
    }
    if (path.isEmpty()) {
      return queue.tokens().create(request.body(Tokens.Create.class, BODY_LIMIT));
    }
    if (path.size() == 2 && path.getLast().equals("revoke")) {
      queue.tokens().revoke(path.getFirst());
      return queue.tokens().list();
    }
    throw Permissions.nothingHere();
  }

  private static Tokens.Me me(Caller caller) {
    return switch (caller) {
      case Caller.Anyone anyone -> new Tokens.Me("anyone", "anyone", Role.ADMIN, List.of(), null);
      case Caller.User user ->
          new Tokens.Me(
              user.name(),
              "user",
              user.role(),
              user.projects().stream().sorted().toList(),
              user.expiresMillis());
      case Caller.Joiner joiner -> new Tokens.Me(joiner.name(), "join", null, List.of(), null);
      case Caller.Node node -> new Tokens.Me(node.id(), "node", null, List.of(), null);
      case Caller.Stranger stranger -> throw Permissions.noToken();
    };
  }
}
