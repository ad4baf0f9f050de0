package dev.stoker.benchmarks.load;

import dev.stoker.controller.protocol.Protocol;
import java.io.IOException;
import java.net.URI;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A node of one slot that speaks the real protocol and renders by waiting. Like a real one it has a
 * connection for its work and one for its heartbeats. Belongs to the loop's thread.
 */
final class SimulatedAgent {
  private static final long POLL_MILLIS = 20_000;
  private static final long PAUSE_MILLIS = 500;

  private final LoadLoop loop;
  private final String name;
  private final LoadPlan plan;
  private final Measured measured;
  private final Random random;
  private final WireChannel working;
  private final WireChannel beating;
  private final String wishes;
  private String nodePath = "";
  private String token = "";
  private long sequence;
  private Bodies.@Nullable Held held;

  SimulatedAgent(LoadLoop loop, URI url, int number, LoadPlan plan, Measured measured) {
    this.loop = loop;
    this.plan = plan;
    this.measured = measured;
    name = "simulated-" + number;
    random = new Random(number);
    working = new WireChannel(loop, url);
    beating = new WireChannel(loop, url);
    wishes = Bodies.wishes(plan.tasksACall(), POLL_MILLIS);
  }

  /**
   * Registers the node.
   *
   * @param then called when that is done
   */
  void register(Runnable then, WireChannel.Failed otherwise) {
    working.post(
        "/v1/nodes",
        null,
        Bodies.registration(name),
        answer -> {
          try {
            nodePath = "/v1/nodes/" + Bodies.value(answer, "nodeId", 0);
            token = Bodies.value(answer, "nodeToken", 0);
            then.run();
          } catch (IOException e) {
            otherwise.because(e);
          }
        },
        otherwise);
  }

  /** Asks for work, does it and reports, until the loop ends. */
  void start() {
    if (plan.heartbeats()) {
      loop.after(random.nextLong(Protocol.HEARTBEAT_EVERY.toMillis()), this::beat);
    }
    // As a fleet that was there before: not all of it asks in the same second.
    loop.after(plan.works() ? random.nextLong(taskMillis()) : 0, this::lease);
  }

  private void lease() {
    sequence++;
    long start = System.nanoTime();
    post(
        nodePath + "/lease",
        Bodies.wish(wishes, sequence),
        answer -> {
          int count = Bodies.leases(answer);
          if (count > 0) {
            measured.leased(start, count);
          }
          if (count > 0 && plan.works()) {
            render(answer, 0);
          } else {
            lease();
          }
        });
  }

  /** Works on the lease at a place of the answer, and then on those after it. */
  private void render(String answer, int at) throws IOException {
    var lease = Bodies.Held.in(answer, at);
    int next = Bodies.next(answer, answer.indexOf("\"leaseId\"", at));
    held = lease;
    loop.after(
        taskMillis() / 2 + random.nextLong(taskMillis()),
        () -> report(lease, () -> goOn(answer, next)));
  }

  private void goOn(String answer, int next) {
    held = null;
    if (next < 0) {
      lease();
      return;
    }
    try {
      render(answer, next);
    } catch (IOException e) {
      failed(e);
    }
  }

  private void report(Bodies.Held lease, Runnable then) {
    String path = "/v1/leases/" + lease.leaseId();
    post(
        path + "/log",
        Bodies.log(lease),
        logged ->
            post(
                path + "/commit",
                Bodies.commit(lease),
                granted ->
                    post(
                        path + "/finish",
                        Bodies.finish(lease),
                        finished -> {
                          measured.finished();
                          then.run();
                        })));
  }

  /** What an answer is for; it may turn out not to be what the protocol says. */
  @FunctionalInterface
  private interface Answered {
    void accept(String answer) throws IOException;
  }

  private void post(String path, String body, Answered then) {
    Consumer<String> answered =
        answer -> {
          try {
            then.accept(answer);
          } catch (IOException e) {
            failed(e);
          }
        };
    working.post(path, token, body, answered, this::failed);
  }

  private void failed(IOException reason) {
    measured.failed(reason);
    held = null;
    loop.after(PAUSE_MILLIS, this::lease);
  }

  /** Reports what is held every 5 s. */
  private void beat() {
    Bodies.Held now = held;
    String body = now == null ? Bodies.heartbeat() : Bodies.heartbeat(now);
    long start = System.nanoTime();
    Runnable again = () -> loop.after(Protocol.HEARTBEAT_EVERY.toMillis(), this::beat);
    beating.post(
        nodePath + "/heartbeat",
        token,
        body,
        answer -> {
          measured.heard(start);
          again.run();
        },
        reason -> {
          measured.failed(reason);
          again.run();
        });
  }

  private long taskMillis() {
    return Math.max(2, plan.taskTime().toMillis());
  }
}
