package dev.stoker.controller.api;

import com.fasterxml.jackson.databind.util.RawValue;
import dev.stoker.controller.dispatch.Queue;
import dev.stoker.controller.http.Answer;
import dev.stoker.controller.http.Problem;
import dev.stoker.controller.notify.NotifySettings;
import dev.stoker.controller.observe.ControllerMetrics;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.LogChunk;
import dev.stoker.controller.protocol.Protocol;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.protocol.Tokens;
import dev.stoker.controller.protocol.Tokens.Role;
import dev.stoker.controller.protocol.Traces;
import dev.stoker.controller.web.Topic;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which path and method is which call, and who may make it. */
final class Routes {
  private static final int BODY_LIMIT = 1 << 20;

  /** The largest template, with its parameters and locations. */
  private static final int JOB_LIMIT = 8 << 20;

  /** A manifest of 10,000 files of 64 blocks. */
  private static final int MANIFEST_LIMIT = 16 << 20;

  private static final int PAGE = 100;

  /** A node of the most slots has a tenth of it; a stranger gets no more. */
  private static final int STRANGER_LIMIT = 256 << 10;

  private final Queue queue;
  private final Joining joining;
  private final PageRoutes page;

  private final Naming naming;
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
    naming = new Naming(notify);
  }

  /**
   * The answer: a value that is sent as JSON, a {@link Parked} one that is not there yet, or an
   * {@link dev.stoker.controller.http.Answer} of any type, streams included.
   */
  Object answer(Request request) throws InterruptedException {
    List<String> path = request.path;
    if (path.equals(List.of("healthz"))) {
      allow(request, "GET");
      return Map.of("status", "ok");
    }
    if (path.equals(List.of("metrics"))) {
      allow(request, "GET");
      requireUser(request, Role.VIEWER);
      if (!projects(request).isEmpty()) {
        throw new Problem(403, "The numbers are of all projects, and your token is for some.");
      }
      return new Answer.Whole(
          200, ControllerMetrics.CONTENT_TYPE, Map.of("Cache-Control", "no-store"), metrics.text());
    }
    if (path.size() >= 2 && path.getFirst().equals("v1")) {
      List<String> rest = path.subList(2, path.size());
      return switch (path.get(1)) {
        case "nodes" -> nodes(request, rest);
        case "challenges" -> {
          allow(request, "POST");
          yield joining.challenge();
        }
        case "me" -> {
          allow(request, "GET");
          yield me(request.caller);
        }
        case "leases" -> leases(request, rest);
        case "jobs" -> jobs(request, rest);
        case "openapi.json" -> {
          allow(request, "GET");
          requireUser(request, Role.VIEWER);
          yield OpenApi.document();
        }
        case "session", "overview", "fleet", "events" -> {
          allow(request, "GET");
          requireUser(request, Role.VIEWER);
          yield rest.isEmpty() ? farm(request, path.get(1)) : noSuchThing();
        }
        case "tokens" -> tokens(request, rest);
        case "audit" -> {
          allow(request, "GET");
          requireUser(request, Role.ADMIN);
          yield queue.tokens().audit(request.small("limit", PAGE));
        }
        default -> throw nothingHere();
      };
    }
    throw nothingHere();
  }

  private Object farm(Request request, String what) {
    Set<String> projects = projects(request);
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
        requireSeer(request, id);
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

  private static Object noSuchThing() {
    throw nothingHere();
  }

  private Object nodes(Request request, List<String> path) throws InterruptedException {
    if (path.isEmpty()) {
      if (request.method().equals("GET")) {
        requireUser(request, Role.VIEWER);
        return queue.nodes().list();
      }
      allow(request, "POST");
      int limit = request.caller instanceof Caller.Stranger ? STRANGER_LIMIT : BODY_LIMIT;
      Joining.Joined joined =
          joining.register(request.caller, request.body(Registration.Request.class, limit));
      request.actor = joined.who();
      return joined.response();
    }
    String node = path.getFirst();
    if (path.size() == 1) {
      allow(request, "GET");
      requireUser(request, Role.VIEWER);
      return queue.farm().node(node, projects(request));
    }
    if (path.size() != 2) {
      throw nothingHere();
    }
    return switch (path.getLast()) {
      case "lease" -> {
        allow(request, "POST");
        requireNode(request, node);
        yield queue.nodes().lease(node, request.body(Leasing.Request.class, BODY_LIMIT));
      }
      case "heartbeat" -> {
        allow(request, "POST");
        requireNode(request, node);
        yield queue.nodes().heartbeat(node, request.body(Heartbeat.Request.class, BODY_LIMIT));
      }
      case "token" -> {
        allow(request, "POST");
        requireNode(request, node);
        if (request.caller instanceof Caller.Node shown) {
          yield queue.nodes().renew(node, shown.tokenHash());
        }
        throw new Problem(403, "A node renews its token with the one it has.");
      }
      case "drain", "resume" -> {
        allow(request, "POST");
        requireUser(request, Role.WRANGLER);
        queue.nodes().setDraining(node, path.getLast().equals("drain"));
        yield queue.nodes().list();
      }
      default -> throw nothingHere();
    };
  }

  private Object leases(Request request, List<String> path) throws InterruptedException {
    if (path.size() != 2) {
      throw nothingHere();
    }
    String lease = path.getFirst();
    return switch (path.getLast()) {
      case "commit" -> {
        allow(request, "POST");
        String node = actingNode(request);
        var commit = request.body(Commit.Request.class, MANIFEST_LIMIT);
        yield queue.leases().commit(node, lease, commit);
      }
      case "finish" -> {
        allow(request, "POST");
        String node = actingNode(request);
        var finish = request.body(Finish.Request.class, BODY_LIMIT);
        queue.leases().finish(node, lease, finish);
        metrics.finished(finish.outcome());
        yield Map.of();
      }
      case "log" -> {
        allow(request, "POST");
        String node = actingNode(request);
        queue.leases().log(node, lease, request.body(LogChunk.class, BODY_LIMIT));
        yield Map.of();
      }
      case "trace" -> {
        allow(request, "POST");
        String node = actingNode(request);
        queue.traces().take(node, lease, request.body(Traces.Sent.class, BODY_LIMIT));
        yield Map.of();
      }
      default -> throw nothingHere();
    };
  }

  private Object tokens(Request request, List<String> path) throws InterruptedException {
    requireUser(request, Role.ADMIN);
    if (path.isEmpty() && request.method().equals("GET")) {
      return queue.tokens().list();
    }
    allow(request, "POST");
    if (path.isEmpty()) {
      return queue.tokens().create(request.body(Tokens.Create.class, BODY_LIMIT));
    }
    if (path.size() == 2 && path.getLast().equals("revoke")) {
      queue.tokens().revoke(path.getFirst());
      return queue.tokens().list();
    }
    throw nothingHere();
  }

  private Object jobs(Request request, List<String> path) throws InterruptedException {
    if (path.isEmpty()) {
      if (request.method().equals("GET")) {
        requireUser(request, Role.VIEWER);
        return queue.views().newest(projects(request), request.small("limit", PAGE));
      }
      allow(request, "POST");
      return submit(request);
    }
    String job = path.getFirst();
    if (path.size() == 2 && path.getLast().equals("definition")) {
      allow(request, "GET");
      requireReader(request, job);
      return new RawValue(queue.views().definition(job));
    }
    if (path.size() == 2 && path.getLast().equals("trace")) {
      allow(request, "GET");
      requireReader(request, job);
      return queue.traces().get(job, String.valueOf(request.parameter("step")));
    }
    if (path.size() == 2 && !request.method().equals("GET")) {
      requireChanger(request, job);
      allow(request, "POST");
      act(request, job, path.getLast());
      return queue.views().get(job);
    }
    requireSeer(request, job);
    allow(request, "GET");
    return read(request, job, path.subList(1, path.size()));
  }

  private Object submit(Request request) throws InterruptedException {
    requireUser(request, Role.ARTIST);
    Jobs.Definition definition = request.body(Jobs.Definition.class, JOB_LIMIT);
    Set<String> projects = projects(request);
    if (!projects.isEmpty() && !projects.contains(definition.project())) {
      throw new Problem(
          403,
          "Your token is for other projects than the job's; ask for one, or change --project.");
    }
    String submitter = request.caller instanceof Caller.User user ? user.name() : "";
    List<String> told = naming.targets(request.caller, request.header(Naming.HEADER));
    return queue.jobs().submit(definition, submitter, request.header("Idempotency-Key"), told);
  }

  private Object read(Request request, String job, List<String> path) throws InterruptedException {
    if (path.isEmpty()) {
      return queue.views().get(job);
    }
    Object ofPage = page.ofJob(request, job, path);
    if (ofPage != null) {
      return ofPage;
    }
    if (path.size() == 3 && path.getFirst().equals("tasks") && path.getLast().equals("log")) {
      return queue
          .views()
          .log(job, path.get(1), request.small("attempt", 0), request.number("offset", 0));
    }
    if (path.size() == 3 && path.getFirst().equals("tasks") && path.getLast().equals("why")) {
      return queue.views().why(job, path.get(1));
    }
    if (path.size() > 1) {
      throw nothingHere();
    }
    String after = request.parameter("after");
    int limit = request.small("limit", PAGE);
    return switch (path.getFirst()) {
      case "tasks" -> queue.views().tasks(job, after, limit);
      case "outputs" -> queue.views().outputs(job, after, limit);
      case "watch" -> queue.views().watch(job, request.number("since", 0), Protocol.LONGEST_POLL);
      default -> throw nothingHere();
    };
  }

  private void act(Request request, String job, String action) throws InterruptedException {
    switch (action) {
      case "cancel" -> queue.jobs().cancel(job);
      case "suspend" -> queue.jobs().suspend(job);
      case "resume" -> queue.jobs().resume(job);
      case "retry" -> queue.jobs().retry(job, request.body(Jobs.Retry.class, BODY_LIMIT));
      case "priority" ->
          queue.jobs().setPriority(job, request.body(Jobs.Priority.class, BODY_LIMIT).priority());
      default -> throw nothingHere();
    }
  }

  private static void allow(Request request, String method) {
    if (!request.method().equals(method)) {
      throw new Problem(405, "This path answers " + method + " only.");
    }
  }

  private static void requireUser(Request request, Role needed) {
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
  private static Set<String> projects(Request request) {
    return request.caller instanceof Caller.User user ? user.projects() : Set.of();
  }

  /** A job of another project is as one that is not there. */
  private void requireSeer(Request request, String job) {
    requireUser(request, Role.VIEWER);
    Set<String> projects = projects(request);
    if (!projects.isEmpty() && !projects.contains(queue.views().owner(job).project())) {
      throw new Problem(404, "There is no job of that name in your projects.");
    }
  }

  private void requireChanger(Request request, String job) {
    requireSeer(request, job);
    requireUser(request, Role.ARTIST);
    if (request.caller instanceof Caller.User user
        && user.role() == Role.ARTIST
        && !queue.views().owner(job).submitter().equals(user.name())) {
      throw new Problem(403, "The job is somebody else's; ask them, or a wrangler, to change it.");
    }
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
      case Caller.Stranger stranger -> throw noToken();
    };
  }

  private static Problem noToken() {
    return new Problem(
        401, "This controller asks for a token; give one with --token-file or STOKER_TOKEN.");
  }

  private static void requireNode(Request request, String id) {
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
  private static @Nullable String actingNode(Request request) {
    return switch (request.caller) {
      case Caller.Anyone anyone -> null;
      case Caller.Node node -> node.id();
      case Caller.User user -> throw new Problem(403, "A user's token does not work for nodes.");
      case Caller.Joiner joiner -> throw new Problem(403, "A join token only registers nodes.");
      case Caller.Stranger stranger -> throw noToken();
    };
  }

  private void requireReader(Request request, String job) {
    if (request.caller instanceof Caller.Node node) {
      if (!queue.nodes().worksOn(node.id(), job)) {
        throw new Problem(
            403, "The node holds no lease on job " + job + ", so it may not read it.");
      }
    } else {
      requireSeer(request, job);
    }
  }

  private static Problem nothingHere() {
    return new Problem(404, "There is nothing at this path; docs/protocol.md lists the calls.");
  }
}
