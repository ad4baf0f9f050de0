package dev.stoker.controller.api;

import com.fasterxml.jackson.databind.util.RawValue;
import dev.stoker.controller.dispatch.Queue;
import dev.stoker.controller.http.Problem;
import dev.stoker.controller.notify.NotifySettings;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Protocol;
import dev.stoker.controller.protocol.Tokens.Role;
import java.util.List;
import java.util.Set;

/** The calls about jobs. */
final class JobRoutes {
  /** The largest template, with its parameters and locations. */
  private static final int JOB_LIMIT = 8 << 20;

  private final Queue queue;
  private final Permissions permissions;
  private final PageRoutes page;
  private final Naming naming;

  JobRoutes(Queue queue, Permissions permissions, NotifySettings notify, PageRoutes page) {
    this.queue = queue;
    this.permissions = permissions;
    this.page = page;
    naming = new Naming(notify);
  }

  /** The answer to a call below {@code /v1/jobs}. */
  Object answer(Request request, List<String> path) throws InterruptedException {
    if (path.isEmpty()) {
      if (request.method().equals("GET")) {
        Permissions.requireUser(request, Role.VIEWER);
        return queue
            .views()
            .newest(Permissions.projects(request), request.small("limit", Routes.PAGE));
      }
      return submit(request);
    }
    String job = path.getFirst();
    if (path.size() == 2 && path.getLast().equals("definition")) {
      permissions.requireReader(request, job);
      return new RawValue(queue.views().definition(job));
    }
    if (path.size() == 2 && path.getLast().equals("trace")) {
      permissions.requireReader(request, job);
      return queue.traces().get(job, String.valueOf(request.parameter("step")));
    }
    if (path.size() == 2 && path.getLast().equals("pins")) {
      permissions.requireReader(request, job);
      return queue.pins().get(job, request.number("after", 0), request.small("limit", Routes.PAGE));
    }
    if (path.size() == 2 && !request.method().equals("GET")) {
      permissions.requireChanger(request, job);
      act(request, job, path.getLast());
      return queue.views().get(job);
    }
    permissions.requireSeer(request, job);
    return read(request, job, path.subList(1, path.size()));
  }

  private Object submit(Request request) throws InterruptedException {
    Permissions.requireUser(request, Role.ARTIST);
    Jobs.Definition definition = request.body(Jobs.Definition.class, JOB_LIMIT);
    Set<String> projects = Permissions.projects(request);
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
      throw Permissions.nothingHere();
    }
    String after = request.parameter("after");
    int limit = request.small("limit", Routes.PAGE);
    return switch (path.getFirst()) {
      case "tasks" -> queue.views().tasks(job, after, limit);
      case "outputs" -> queue.views().outputs(job, after, limit);
      case "watch" -> queue.views().watch(job, request.number("since", 0), Protocol.LONGEST_POLL);
      default -> throw Permissions.nothingHere();
    };
  }

  private void act(Request request, String job, String action) throws InterruptedException {
    switch (action) {
      case "cancel" -> queue.jobs().cancel(job);
      case "suspend" -> queue.jobs().suspend(job);
      case "resume" -> queue.jobs().resume(job);
      case "retry" -> queue.jobs().retry(job, request.body(Jobs.Retry.class, Routes.BODY_LIMIT));
      case "priority" ->
          queue
              .jobs()
              .setPriority(job, request.body(Jobs.Priority.class, Routes.BODY_LIMIT).priority());
      default -> throw Permissions.nothingHere();
    }
  }
}
