package dev.stoker.controller.api;

import dev.stoker.controller.dispatch.FarmViews;
import dev.stoker.controller.dispatch.Queue;
import dev.stoker.controller.http.Problem;
import dev.stoker.controller.protocol.Farm;
import dev.stoker.controller.protocol.Tokens.Role;
import dev.stoker.controller.web.Feed;
import dev.stoker.controller.web.Mailbox;
import dev.stoker.controller.web.Topic;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The calls that the web page makes and few others do. Who may make them is checked before. */
final class PageRoutes {
  private static final int USUAL_PAGE = 100;
  private static final int USUAL_GRID = 20_000;
  private static final int USUAL_BINS = 500;

  private final Queue queue;
  private final Feed feed;

  PageRoutes(Queue queue, Feed feed) {
    this.queue = queue;
    this.feed = feed;
  }

  static Farm.Session session(Caller caller) {
    return caller instanceof Caller.User user
        ? new Farm.Session(
            user.name(), user.role(), user.projects().stream().sorted().toList(), false)
        : new Farm.Session("", Role.ADMIN, List.of(), true);
  }

  Object fleet(Request request, Set<String> projects) {
    return queue
        .farm()
        .fleet(
            new FarmViews.Filter(
                request.parameter("after"),
                request.small("limit", USUAL_PAGE),
                request.parameter("state"),
                request.parameter("size"),
                request.parameter("name")),
            projects.isEmpty());
  }

  /** What there is of a job beside its summary, tasks and outputs; null for anything else. */
  @Nullable Object ofJob(Request request, String job, List<String> path) {
    if (path.getFirst().equals("tasks")) {
      return switch (path.size()) {
        case 2 -> queue.progress().task(job, path.get(1));
        case 3 ->
            path.getLast().equals("thumbnail")
                ? queue.progress().thumbnail(job, path.get(1), request.small("index", 0))
                : null;
        default -> null;
      };
    }
    if (path.size() > 1) {
      return null;
    }
    return switch (path.getFirst()) {
      case "grid" ->
          queue.progress().grid(job, request.number("from", 0), request.small("limit", USUAL_GRID));
      case "map" -> queue.progress().map(job, request.small("bins", USUAL_BINS));
      case "cost" -> queue.progress().cost(job);
      case "failed" ->
          queue
              .progress()
              .failed(job, request.number("from", 0), request.small("limit", USUAL_PAGE));
      default -> null;
    };
  }

  /** Begins a stream of events on what the caller may see. */
  Mailbox events(Request request, Topic topic) {
    var mailbox = new Mailbox();
    String last = request.header("Last-Event-ID");
    if (!feed.follow(topic, last, request.stillAllowed, mailbox)) {
      throw new Problem(
          503,
          "There are "
              + Feed.MOST_STREAMS
              + " open pages already; close one, or reload this one later.");
    }
    return mailbox;
  }
}
