package dev.stoker.controller.api;

import dev.stoker.controller.dispatch.Queue;
import dev.stoker.controller.http.Problem;
import dev.stoker.controller.observe.ControllerMetrics;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.LogChunk;
import dev.stoker.controller.protocol.Pins;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.protocol.Tokens.Role;
import dev.stoker.controller.protocol.Traces;
import java.util.List;
import java.util.Map;

/** The calls that nodes make, of themselves and of their leases, and what people do to nodes. */
final class NodeRoutes {
  /** A manifest of 10,000 files of 64 blocks. */
  private static final int MANIFEST_LIMIT = 16 << 20;

  /** {@link Pins#MOST_AT_ONCE} of the longest names that scenes have, and more of usual ones. */
  private static final int PINS_LIMIT = 4 << 20;

  /** A node of the most slots has a tenth of it; a stranger gets no more. */
  private static final int STRANGER_LIMIT = 256 << 10;

  private final Queue queue;
  private final Joining joining;
  private final ControllerMetrics metrics;

  NodeRoutes(Queue queue, Joining joining, ControllerMetrics metrics) {
    this.queue = queue;
    this.joining = joining;
    this.metrics = metrics;
  }

  /** The answer to a call below {@code /v1/nodes}. */
  Object ofNodes(Request request, List<String> path) throws InterruptedException {
    if (path.isEmpty()) {
      if (request.method().equals("GET")) {
        Permissions.requireUser(request, Role.VIEWER);
        return queue.nodes().list();
      }
      int limit = request.caller instanceof Caller.Stranger ? STRANGER_LIMIT : Routes.BODY_LIMIT;
      Joining.Joined joined =
          joining.register(request.caller, request.body(Registration.Request.class, limit));
      request.actor = joined.who();
      return joined.response();
    }
    String node = path.getFirst();
    if (path.size() == 1) {
      Permissions.requireUser(request, Role.VIEWER);
      return queue.farm().node(node, Permissions.projects(request));
    }
    if (path.size() != 2) {
      throw Permissions.nothingHere();
    }
    return switch (path.getLast()) {
      case "lease" -> {
        Permissions.requireNode(request, node);
        yield queue.nodes().lease(node, request.body(Leasing.Request.class, Routes.BODY_LIMIT));
      }
      case "heartbeat" -> {
        Permissions.requireNode(request, node);
        yield queue
            .nodes()
            .heartbeat(node, request.body(Heartbeat.Request.class, Routes.BODY_LIMIT));
      }
      case "token" -> {
        Permissions.requireNode(request, node);
        if (request.caller instanceof Caller.Node shown) {
          yield queue.nodes().renew(node, shown.tokenHash());
        }
        throw new Problem(403, "A node renews its token with the one it has.");
      }
      case "drain", "resume" -> {
        Permissions.requireUser(request, Role.WRANGLER);
        queue.nodes().setDraining(node, path.getLast().equals("drain"));
        yield queue.nodes().list();
      }
      default -> throw Permissions.nothingHere();
    };
  }

  /** The answer to a call below {@code /v1/leases}. */
  Object ofLeases(Request request, List<String> path) throws InterruptedException {
    if (path.size() != 2) {
      throw Permissions.nothingHere();
    }
    String lease = path.getFirst();
    return switch (path.getLast()) {
      case "commit" -> {
        String node = Permissions.actingNode(request);
        var commit = request.body(Commit.Request.class, MANIFEST_LIMIT);
        yield queue.leases().commit(node, lease, commit);
      }
      case "finish" -> {
        String node = Permissions.actingNode(request);
        var finish = request.body(Finish.Request.class, Routes.BODY_LIMIT);
        queue.leases().finish(node, lease, finish);
        metrics.finished(finish.outcome());
        yield Map.of();
      }
      case "log" -> {
        String node = Permissions.actingNode(request);
        queue.leases().log(node, lease, request.body(LogChunk.class, Routes.BODY_LIMIT));
        yield Map.of();
      }
      case "trace" -> {
        String node = Permissions.actingNode(request);
        queue.traces().take(node, lease, request.body(Traces.Sent.class, Routes.BODY_LIMIT));
        yield Map.of();
      }
      case "pins" -> {
        String node = Permissions.actingNode(request);
        yield queue.pins().take(node, lease, request.body(Pins.Met.class, PINS_LIMIT));
      }
      default -> throw Permissions.nothingHere();
    };
  }
}
