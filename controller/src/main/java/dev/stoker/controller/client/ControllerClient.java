package dev.stoker.controller.client;

import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.LogChunk;
import dev.stoker.controller.protocol.Nodes;
import dev.stoker.controller.protocol.Pins;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.protocol.Tokens;
import dev.stoker.controller.protocol.Traces;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Calls a controller. Blocking; thread-safe; one per controller and token. An interrupt ends a call
 * with {@link ControllerException#UNREACHABLE} and stays set.
 *
 * <p>Every method throws {@link ControllerException} for an answer that is not 2xx and for no
 * answer within the deadline, which is 15 s and for a long poll its wait on top. Every call may be
 * repeated without doing its work twice.
 */
public final class ControllerClient implements AutoCloseable {
  private final HttpCalls calls;

  /**
   * @param url where the controller listens, such as {@code http://127.0.0.1:7420}
   * @param token bearer token, null where access is open
   */
  public ControllerClient(URI url, @Nullable String token) {
    this(url, token, null);
  }

  /**
   * @param trust verifies an https controller, null for the certificates Java trusts
   */
  public ControllerClient(URI url, @Nullable String token, @Nullable SSLContext trust) {
    this(new HttpCalls(url, token, trust));
  }

  private ControllerClient(HttpCalls calls) {
    this.calls = calls;
  }

  /** The same controller, called with another token; closing either closes both. */
  public ControllerClient withToken(String token) {
    return withToken(() -> token);
  }

  /** The same, with a token that may change between two calls. */
  public ControllerClient withToken(Supplier<@Nullable String> token) {
    return new ControllerClient(calls.withToken(token));
  }

  /** What a machine has to ask Azure about; 403 where Azure's word counts for nothing. */
  public Registration.Challenge challenge() {
    return calls.post("/v1/challenges", Map.of(), Registration.Challenge.class, Duration.ZERO);
  }

  /** Gives a node a new token; the one that is shown stays good until its end. */
  public Registration.Renewed renewToken(String nodeId) {
    return calls.post(
        path("/v1/nodes/", nodeId, "/token"), Map.of(), Registration.Renewed.class, Duration.ZERO);
  }

  /** Whom the token makes its bearer. */
  public Tokens.Me me() {
    return calls.get("/v1/me", Tokens.Me.class, Duration.ZERO);
  }

  /**
   * How far this machine's clock is ahead of the controller's, to about two seconds; empty before
   * the first quick answer to any call with any token.
   */
  public Optional<Duration> clockAhead() {
    return calls.clock().ahead();
  }

  /** Registers a node; needs the join token. */
  public Registration.Response register(Registration.Request request) {
    return calls.post("/v1/nodes", request, Registration.Response.class, Duration.ZERO);
  }

  /** Asks for work, for at most {@code request.waitMillis()}. */
  public Leasing.Response lease(String nodeId, Leasing.Request request) {
    return calls.post(
        path("/v1/nodes/", nodeId, "/lease"),
        request,
        Leasing.Response.class,
        Duration.ofMillis(request.waitMillis()));
  }

  /** Reports every held lease. */
  public Heartbeat.Response heartbeat(String nodeId, Heartbeat.Request request) {
    return calls.post(
        path("/v1/nodes/", nodeId, "/heartbeat"), request, Heartbeat.Response.class, Duration.ZERO);
  }

  /** Asks to publish; 409 means never. */
  public Commit.Response commit(String leaseId, Commit.Request request) {
    return calls.post(
        path("/v1/leases/", leaseId, "/commit"), request, Commit.Response.class, Duration.ZERO);
  }

  /** Reports how an attempt ended; 409 means that nobody waits for the report any more. */
  public void finish(String leaseId, Finish.Request request) {
    calls.post(path("/v1/leases/", leaseId, "/finish"), request, Void.class, Duration.ZERO);
  }

  /** Sends a piece of an attempt's log. */
  public void log(String leaseId, LogChunk chunk) {
    calls.post(path("/v1/leases/", leaseId, "/log"), chunk, Void.class, Duration.ZERO);
  }

  /**
   * Submits a job.
   *
   * @param idempotencyKey 1 to 200 characters; the same key gives the same job
   */
  public Jobs.Submitted submit(Jobs.Definition definition, String idempotencyKey) {
    return submit(definition, idempotencyKey, List.of());
  }

  /**
   * The same.
   *
   * @param told addresses that are told of the job's end: https://…, http://… or mailto:…
   */
  public Jobs.Submitted submit(
      Jobs.Definition definition, String idempotencyKey, List<String> told) {
    Map<String, String> headers = new HashMap<>(Map.of("Idempotency-Key", idempotencyKey));
    if (!told.isEmpty()) {
      headers.put("Stoker-Notify", String.join(" ", told));
    }
    return calls.post(
        "/v1/jobs",
        definition,
        Jobs.Submitted.class,
        // A job of many steps takes the controller seconds to instantiate.
        Duration.ofSeconds(45),
        headers);
  }

  /** The newest jobs, newest first. */
  public Jobs.Page jobs() {
    return calls.get("/v1/jobs", Jobs.Page.class, Duration.ZERO);
  }

  /** One job. */
  public Jobs.Summary job(String jobId) {
    return calls.get(path("/v1/jobs/", jobId, ""), Jobs.Summary.class, Duration.ZERO);
  }

  /** Sends what an attempt's session read of its inputs. */
  public void trace(String leaseId, Traces.Sent sent) {
    calls.post(path("/v1/leases/", leaseId, "/trace"), sent, Void.class, Duration.ZERO);
  }

  /** What a session of a step read; {@link Traces.Kept#none} where nobody knows yet. */
  public Traces.Kept trace(String jobId, String step) {
    return calls.get(
        path("/v1/jobs/", jobId, "/trace?step=") + URLEncoder.encode(step, StandardCharsets.UTF_8),
        Traces.Kept.class,
        Duration.ZERO);
  }

  /**
   * Which versions of its inputs a job reads.
   *
   * @param after {@link Pins.Page#next} of the page before, 0 for the first
   * @param limit 1 to {@link Pins#MOST_AT_ONCE}
   */
  public Pins.Page pins(String jobId, long after, int limit) {
    return calls.get(
        path("/v1/jobs/", jobId, "/pins") + "?after=" + after + "&limit=" + limit,
        Pins.Page.class,
        Duration.ZERO);
  }

  /** Tells which versions an attempt's session met; 409 means that the job was pinned anew. */
  public Pins.Settled pins(String leaseId, Pins.Met met) {
    return calls.post(
        path("/v1/leases/", leaseId, "/pins"), met, Pins.Settled.class, Duration.ZERO);
  }

  /** What was submitted. */
  public Jobs.Definition definition(String jobId) {
    return calls.get(path("/v1/jobs/", jobId, "/definition"), Jobs.Definition.class, Duration.ZERO);
  }

  /**
   * A page of the job's tasks.
   *
   * @param after {@link Jobs.Tasks#next} of the page before, null for the first page
   * @param limit 1 to 1,000
   */
  public Jobs.Tasks tasks(String jobId, @Nullable String after, int limit) {
    return calls.get(
        path("/v1/jobs/", jobId, "/tasks") + page(after, limit), Jobs.Tasks.class, Duration.ZERO);
  }

  /** One task with its attempts. */
  public Jobs.Task task(String jobId, String taskId) {
    return calls.get(
        path("/v1/jobs/", jobId, path("/tasks/", taskId, "")), Jobs.Task.class, Duration.ZERO);
  }

  /** A page of the job's outputs; parameters as in {@link #tasks}, the limit counts tasks. */
  public Jobs.Outputs outputs(String jobId, @Nullable String after, int limit) {
    return calls.get(
        path("/v1/jobs/", jobId, "/outputs") + page(after, limit),
        Jobs.Outputs.class,
        Duration.ZERO);
  }

  /**
   * Reads an attempt's log on from an offset; the answer's text is empty where nothing is stored
   * yet.
   *
   * @param attempt counts from 1; 0 for the latest
   * @param offset in UTF-8 bytes: the last answer's offset plus its text's bytes
   */
  public LogChunk readLog(String jobId, String taskId, int attempt, long offset) {
    return calls.get(
        path("/v1/jobs/", jobId, path("/tasks/", taskId, "/log"))
            + "?attempt="
            + attempt
            + "&offset="
            + offset,
        LogChunk.class,
        Duration.ZERO);
  }

  /** What keeps a task from starting. */
  public Jobs.Why why(String jobId, String taskId) {
    return calls.get(
        path("/v1/jobs/", jobId, path("/tasks/", taskId, "/why")), Jobs.Why.class, Duration.ZERO);
  }

  /** Waits until the job is no longer as it was at version {@code since}, at most 30 s. */
  public Jobs.Update watch(String jobId, long since) {
    return calls.get(
        path("/v1/jobs/", jobId, "/watch?since=" + since),
        Jobs.Update.class,
        Duration.ofSeconds(30));
  }

  /** Cancels what is not granted yet. */
  public Jobs.Summary cancel(String jobId) {
    return act(jobId, "/cancel", Map.of());
  }

  /** Starts no further tasks; running ones go on. */
  public Jobs.Summary suspend(String jobId) {
    return act(jobId, "/suspend", Map.of());
  }

  /** Ends a suspension. */
  public Jobs.Summary resume(String jobId) {
    return act(jobId, "/resume", Map.of());
  }

  /** Has tasks rendered again. */
  public Jobs.Summary retry(String jobId, Jobs.Retry retry) {
    return act(jobId, "/retry", retry);
  }

  /** Puts a job before or behind others, 0 to 100. */
  public Jobs.Summary setPriority(String jobId, int priority) {
    return act(jobId, "/priority", new Jobs.Priority(priority));
  }

  /** Stops giving a node work; it goes on with what it holds. */
  public Nodes.Page drain(String nodeId) {
    return calls.post(
        path("/v1/nodes/", nodeId, "/drain"), Map.of(), Nodes.Page.class, Duration.ZERO);
  }

  /** Gives a drained node work again. */
  public Nodes.Page resumeNode(String nodeId) {
    return calls.post(
        path("/v1/nodes/", nodeId, "/resume"), Map.of(), Nodes.Page.class, Duration.ZERO);
  }

  /** All nodes, by name. */
  public Nodes.Page nodes() {
    return calls.get("/v1/nodes", Nodes.Page.class, Duration.ZERO);
  }

  /** Gives out a token; needs an admin's. */
  public Tokens.Created createToken(Tokens.Create token) {
    return calls.post("/v1/tokens", token, Tokens.Created.class, Duration.ZERO);
  }

  /** The tokens that were given out, newest first. */
  public Tokens.Page tokens() {
    return calls.get("/v1/tokens", Tokens.Page.class, Duration.ZERO);
  }

  /** Makes a token useless. */
  public Tokens.Page revokeToken(String id) {
    return calls.post(
        path("/v1/tokens/", id, "/revoke"), Map.of(), Tokens.Page.class, Duration.ZERO);
  }

  /** What people did last, newest first; limit 1 to 1,000. */
  public Tokens.Audit audit(int limit) {
    return calls.get("/v1/audit?limit=" + limit, Tokens.Audit.class, Duration.ZERO);
  }

  /** Whether the controller answers; throws like any call when it does not. */
  public void checkHealth() {
    calls.get("/healthz", Map.class, Duration.ZERO);
  }

  @Override
  public void close() {
    calls.close();
  }

  private Jobs.Summary act(String jobId, String action, Object body) {
    return calls.post(path("/v1/jobs/", jobId, action), body, Jobs.Summary.class, Duration.ZERO);
  }

  private static String path(String before, String id, String after) {
    return before + URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20") + after;
  }

  private static String page(@Nullable String after, int limit) {
    String from = after == null ? "" : "&after=" + URLEncoder.encode(after, StandardCharsets.UTF_8);
    return "?limit=" + limit + from;
  }
}
