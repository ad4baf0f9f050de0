package dev.stoker.benchmarks.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.LogChunk;
import dev.stoker.controller.protocol.Protocol;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.protocol.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * What agents say, as JSON: written once from the protocol's records, with marks where requests
 * differ. Writing and reading JSON trees cost more than everything else an agent does.
 */
final class Bodies {
  private static final int NUMBER = 90_909_090;
  private static final String MARK = String.valueOf(NUMBER);
  private static final String LEASE = "@lease@";
  private static final String TASK = "@task@";
  private static final String FENCE = "@fence@";

  private static final String LOG =
      json(new LogChunk(NUMBER, 0, "Fra:1 Mem:100M | Sample 16/16\nSaved: frame.png\n"));
  private static final String COMMIT =
      json(
          new Commit.Request(
              NUMBER,
              new Commit.Manifest(
                  FENCE,
                  List.of(
                      new Commit.Output(
                          "blob://studio/frames/" + TASK + ".exr",
                          1 << 20,
                          "xxh64:0123456789abcdef",
                          List.of("QUJDREVGR0g="),
                          null,
                          null)))));
  private static final String FINISH =
      json(
          new Finish.Request(
              NUMBER,
              Finish.Outcome.SUCCEEDED,
              0,
              "",
              false,
              List.of(new Finish.Span("render", 1, 2)),
              1,
              2,
              3));
  private static final String IDLE = json(new Heartbeat.Request(List.of(), null));
  private static final String BUSY =
      json(
          new Heartbeat.Request(
              List.of(
                  new Heartbeat.Held(
                      LEASE, NUMBER, Heartbeat.Phase.RENDERING, 0.5, "Sample 8/16", 9, 9)),
              null));

  private Bodies() {}

  /** Asks to be registered as a node of one slot. */
  static String registration(String name) {
    var slot = new Registration.Slot("slot-0", 4, 8L << 30, 0, 0);
    return json(
        new Registration.Request(
            name,
            "0.1.0",
            Protocol.OLDEST,
            Protocol.NEWEST,
            List.of(slot),
            Map.of("attr.worker.os.family", List.of("linux"))));
  }

  /** Asks for work; needs {@link #wish}. */
  static String wishes(int tasks, long waitMillis) {
    var wish = new Leasing.Wish("slot-0", tasks, "", "");
    return json(new Leasing.Request(NUMBER, List.of(wish), waitMillis));
  }

  static String wish(String wishes, long sequence) {
    return wishes.replace(MARK, Long.toString(sequence));
  }

  static String heartbeat() {
    return IDLE;
  }

  static String heartbeat(Held held) {
    return BUSY.replace(LEASE, held.leaseId).replace(MARK, held.attempt);
  }

  static String log(Held held) {
    return LOG.replace(MARK, held.attempt);
  }

  static String commit(Held held) {
    return COMMIT.replace(FENCE, held.fence).replace(TASK, held.taskId).replace(MARK, held.attempt);
  }

  static String finish(Held held) {
    return FINISH.replace(MARK, held.attempt);
  }

  /**
   * A lease that an agent was given.
   *
   * @param attempt its number, as text
   */
  record Held(String leaseId, String attempt, String fence, String taskId) {
    /**
     * The first lease of an answer from a place on, found by its fields' names: the values that are
     * read here need no escapes.
     */
    static Held in(String answer, int from) throws IOException {
      return new Held(
          value(answer, "leaseId", from),
          value(answer, "attempt", from),
          value(answer, "fence", from),
          value(answer, "taskId", from));
    }
  }

  /** How many leases an answer has. */
  static int leases(String answer) {
    int count = 0;
    for (int at = answer.indexOf("\"leaseId\""); at >= 0; at = next(answer, at)) {
      count++;
    }
    return count;
  }

  /** Where the lease after the one at a place begins; -1 after the last. */
  static int next(String answer, int at) {
    return answer.indexOf("\"leaseId\"", at + 1);
  }

  /** A field's text or number. */
  static String value(String answer, String field, int from) throws IOException {
    String name = "\"" + field + "\":";
    int at = answer.indexOf(name, from);
    if (at < 0) {
      throw new IOException("An answer has no " + field + ": " + answer);
    }
    int start = at + name.length();
    if (answer.charAt(start) == '"') {
      return answer.substring(start + 1, answer.indexOf('"', start + 1));
    }
    int end = start;
    while (Character.isDigit(answer.charAt(end))) {
      end++;
    }
    return answer.substring(start, end);
  }

  private static String json(Object body) {
    try {
      return Wire.mapper().writeValueAsString(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A record of the protocol cannot be written.", e);
    }
  }
}
