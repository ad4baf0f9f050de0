package dev.stoker.controller.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Farm;
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
import dev.stoker.controller.protocol.Wire;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Every call of the interface, as the OpenAPI document lists them. */
final class Calls {
  private Calls() {}

  /**
   * @param path with {@code {name}} for what varies
   * @param query parameters after the path, by name, with their JSON type and, after a blank, the
   *     {@code least..most} that is taken
   * @param body what is sent; null for nothing
   * @param answer what a 200 carries; null for an empty object
   * @param media the media type of a 200
   */
  record Call(
      String method,
      String path,
      String summary,
      Map<String, String> query,
      @Nullable Class<?> body,
      @Nullable Class<?> answer,
      String media) {
    Call {
      query = Map.copyOf(query);
    }

    /** A body that is accepted as it is, where the schema cannot say what would be. */
    @Nullable JsonNode example() {
      return body == Jobs.Definition.class ? JOB : null;
    }

    Token token() {
      return switch (method + " " + path) {
        case "get " + HEALTH, "post /v1/challenges" -> Token.NONE;
        case "post /v1/nodes" -> Token.TAKEN; // or what Azure says of the machine, in the body
        default -> Token.NEEDED;
      };
    }

    /** The statuses of an answer that says why not, and that a caller must expect of this call. */
    SortedSet<Integer> refusals() {
      var statuses = new TreeSet<Integer>();
      if (!path.equals(HEALTH)) {
        statuses.addAll(List.of(401, 403, 429));
      }
      if (path.contains("{")) {
        statuses.addAll(List.of(400, 404, 414));
      }
      if (!query.isEmpty()) {
        statuses.addAll(List.of(400, 414));
      }
      if (body != null) {
        statuses.addAll(List.of(400, 413, 415));
      }
      if (DISPUTED.contains(path) && method.equals("post")) {
        statuses.add(409);
      }
      if (path.equals(EVENTS)) {
        statuses.addAll(List.of(404, 503));
      }
      return statuses;
    }
  }

  /** Whether a call needs a token, where the controller asks for them. */
  enum Token {
    NEEDED,
    TAKEN,
    NONE
  }

  private static final String HEALTH = "/healthz";
  private static final String EVENTS = "/v1/events";

  /** What may have happened otherwise meanwhile. */
  private static final Set<String> DISPUTED =
      Set.of(
          "/v1/nodes",
          "/v1/nodes/{node}/lease",
          "/v1/leases/{lease}/commit",
          "/v1/leases/{lease}/finish",
          "/v1/leases/{lease}/trace",
          "/v1/leases/{lease}/pins",
          "/v1/leases/{lease}/log",
          "/v1/jobs",
          "/v1/jobs/{job}/suspend",
          "/v1/jobs/{job}/resume",
          "/v1/jobs/{job}/retry",
          "/v1/jobs/{job}/priority");

  private static final String JSON = "application/json";

  /** Templates have a grammar of their own. */
  private static final JsonNode JOB =
      Wire.mapper()
          .valueToTree(
              new Jobs.Definition(
                  hello(),
                  List.of(),
                  Map.of(),
                  "",
                  List.of(
                      new Jobs.Location(Jobs.UPLOADS, "blob://studio/uploads/", List.of(), false)),
                  "default",
                  50,
                  3));

  /** Sizes of pages. */
  private static final String HUNDREDS = "integer 1..1000";

  /** Of tasks: a job has no more. */
  private static final String NATURAL = "integer 0..100000000";

  private static final Map<String, String> PAGE = Map.of("after", "string", "limit", HUNDREDS);

  static final List<Call> ALL =
      List.of(
          get(HEALTH, "Whether the controller answers; needs no token.", null),
          get("/v1/openapi.json", "This document.", null),
          post(
              "/v1/nodes",
              "Register a node.",
              Registration.Request.class,
              Registration.Response.class),
          post(
              "/v1/challenges",
              "What a machine has to ask Azure about before it registers; needs no token.",
              null,
              Registration.Challenge.class),
          get("/v1/me", "Whom the token makes its bearer.", Tokens.Me.class),
          get("/v1/nodes", "All nodes.", Nodes.Page.class),
          post(
              "/v1/nodes/{node}/lease",
              "Ask for work; a long poll.",
              Leasing.Request.class,
              Leasing.Response.class),
          post(
              "/v1/nodes/{node}/heartbeat",
              "Hold on to leases.",
              Heartbeat.Request.class,
              Heartbeat.Response.class),
          post(
              "/v1/nodes/{node}/token",
              "Renew the node's token.",
              null,
              Registration.Renewed.class),
          post("/v1/nodes/{node}/drain", "Give a node no further work.", null, Nodes.Page.class),
          post("/v1/nodes/{node}/resume", "Give a node work again.", null, Nodes.Page.class),
          post(
              "/v1/leases/{lease}/commit",
              "Ask for the one commit of a task.",
              Commit.Request.class,
              Commit.Response.class),
          post(
              "/v1/leases/{lease}/finish",
              "Report how an attempt ended.",
              Finish.Request.class,
              null),
          post("/v1/leases/{lease}/log", "Send a piece of the log.", LogChunk.class, null),
          post(
              "/v1/leases/{lease}/trace",
              "Send what the attempt's session read of its inputs.",
              Traces.Sent.class,
              null),
          post(
              "/v1/leases/{lease}/pins",
              "Tell which versions of its inputs the attempt's session met.",
              Pins.Met.class,
              Pins.Settled.class),
          post("/v1/jobs", "Submit a job.", Jobs.Definition.class, Jobs.Submitted.class),
          get("/v1/jobs", "The newest jobs.", Map.of("limit", HUNDREDS), Jobs.Page.class),
          get("/v1/jobs/{job}", "One job.", Jobs.Summary.class),
          get("/v1/jobs/{job}/definition", "What was submitted.", Jobs.Definition.class),
          get(
              "/v1/jobs/{job}/trace",
              "What a session of a step read of its inputs.",
              Map.of("step", "string"),
              Traces.Kept.class),
          get(
              "/v1/jobs/{job}/pins",
              "Which versions of its inputs the job reads.",
              Map.of("after", "integer", "limit", "integer 1.." + Pins.MOST_AT_ONCE),
              Pins.Page.class),
          get("/v1/jobs/{job}/tasks", "Tasks in order.", PAGE, Jobs.Tasks.class),
          get(
              "/v1/jobs/{job}/tasks/{task}/log",
              "The log of an attempt.",
              Map.of("attempt", "integer", "offset", "integer"),
              LogChunk.class),
          get(
              "/v1/jobs/{job}/tasks/{task}/why",
              "What keeps a task from starting.",
              Jobs.Why.class),
          get("/v1/jobs/{job}/tasks/{task}", "One task.", Jobs.Task.class),
          new Call(
              "get",
              "/v1/jobs/{job}/tasks/{task}/thumbnail",
              "A small picture of what a task made.",
              Map.of("index", "integer"),
              null,
              null,
              "image/*"),
          get(
              "/v1/jobs/{job}/grid",
              "The states of tasks, in few characters.",
              Map.of("from", NATURAL, "limit", "integer 1..100000"),
              Farm.Grid.class),
          get(
              "/v1/jobs/{job}/map",
              "A job of any size in few spots.",
              Map.of("bins", HUNDREDS),
              Farm.JobMap.class),
          get(
              "/v1/jobs/{job}/failed",
              "Tasks that failed for good, in order.",
              Map.of("from", NATURAL, "limit", HUNDREDS),
              Jobs.Tasks.class),
          get("/v1/jobs/{job}/cost", "What a job cost so far.", Farm.JobCost.class),
          get("/v1/jobs/{job}/outputs", "Files of granted tasks.", PAGE, Jobs.Outputs.class),
          get(
              "/v1/jobs/{job}/watch",
              "Wait until the job changed; a long poll.",
              Map.of("since", "integer"),
              Jobs.Update.class),
          post("/v1/jobs/{job}/cancel", "Cancel what is not granted.", null, Jobs.Summary.class),
          post("/v1/jobs/{job}/suspend", "Start no further tasks.", null, Jobs.Summary.class),
          post("/v1/jobs/{job}/resume", "End a suspension.", null, Jobs.Summary.class),
          post("/v1/jobs/{job}/retry", "Render tasks again.", Jobs.Retry.class, Jobs.Summary.class),
          post(
              "/v1/jobs/{job}/priority",
              "Put a job before or behind others.",
              Jobs.Priority.class,
              Jobs.Summary.class),
          get("/v1/session", "Who the caller is.", Farm.Session.class),
          get("/v1/overview", "The farm at a glance.", Farm.Overview.class),
          get(
              "/v1/fleet",
              "Nodes in groups, and a page of them.",
              Map.of(
                  "after", "string", "limit", HUNDREDS, "state", "string", "size", "string", "name",
                  "string"),
              Farm.Fleet.class),
          get("/v1/nodes/{node}", "One node.", Farm.NodeNow.class),
          new Call(
              "get",
              EVENTS,
              "Server-sent events: what a topic (overview, job or node, with its id) looks like,"
                  + " whenever that changes.",
              Map.of("topic", "string", "id", "string"),
              null,
              null,
              "text/event-stream"),
          post("/v1/tokens", "Give out a token.", Tokens.Create.class, Tokens.Created.class),
          get("/v1/tokens", "The tokens that were given out.", Tokens.Page.class),
          post("/v1/tokens/{token}/revoke", "Make a token useless.", null, Tokens.Page.class),
          get("/v1/audit", "What people did.", Map.of("limit", HUNDREDS), Tokens.Audit.class));

  /** The shortest template that does something. */
  private static JsonNode hello() {
    try {
      return Wire.mapper()
          .readTree(
              """
              {"specificationVersion": "jobtemplate-2023-09", "name": "Hello",
               "steps": [{"name": "Say",
                 "script": {"actions": {"onRun": {"command": "echo", "args": ["hello"]}}}}]}
              """);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The example is no JSON.", e);
    }
  }

  private static Call get(String path, String summary, @Nullable Class<?> answer) {
    return get(path, summary, Map.of(), answer);
  }

  private static Call get(
      String path, String summary, Map<String, String> query, @Nullable Class<?> answer) {
    return new Call("get", path, summary, query, null, answer, JSON);
  }

  private static Call post(
      String path, String summary, @Nullable Class<?> body, @Nullable Class<?> answer) {
    return new Call("post", path, summary, Map.of(), body, answer, JSON);
  }
}
