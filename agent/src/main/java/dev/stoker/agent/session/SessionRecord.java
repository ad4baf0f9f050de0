package dev.stoker.agent.session;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session as it was before its last action: what an agent that adopts it must know. How the
 * action went meanwhile is in the shim's files: replaying its log from the start leads to the same
 * state, so no offset has to be kept.
 *
 * <p>It holds the secrets that logs must not show, as the shim's action files do; the control
 * folder is open to the agent's user alone.
 *
 * @param version of this form; an agent that does not know it cannot adopt the session
 * @param entered environments on the stack, the first entered first
 * @param environments how many were ever entered
 * @param ending whether no further task may run
 * @param shown the least level of log lines that is shown
 * @param secrets what is hidden in log lines
 * @param action the last one that was laid ready; null: none yet
 * @param note what the session's owner wants back
 */
public record SessionRecord(
    int version,
    List<Entered> entered,
    int environments,
    boolean ending,
    Directive.Level shown,
    List<String> secrets,
    @Nullable LastAction action,
    JsonNode note) {
  /** Changes whenever an older agent would misread a newer one's record, or the reverse. */
  public static final int VERSION = 1;

  static final String FILE = "session.json";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
          .build();

  public SessionRecord {
    entered = List.copyOf(entered);
    secrets = List.copyOf(secrets);
  }

  /**
   * @param number counts entered environments from 1
   */
  public record Entered(int number, Map<String, String> variables, Set<String> unset) {
    public Entered {
      variables = Map.copyOf(variables);
      unset = Set.copyOf(unset);
    }
  }

  /** What an action does for its session. */
  public enum Kind {
    ENTER,
    RUN,
    LEAVE
  }

  /**
   * @param id the shim's number of it
   * @param startedMillis since 1970
   * @param timeoutSeconds null: none
   * @param noticeSeconds between SIGTERM and SIGKILL when it is stopped; null: SIGKILL at once
   */
  public record LastAction(
      long id,
      Kind kind,
      long startedMillis,
      @Nullable Long timeoutSeconds,
      @Nullable Long noticeSeconds) {}

  /** Replaces what the folder says, in one step. */
  void write(Path control) throws IOException {
    Path part = control.resolve(FILE + ".part");
    Files.write(part, JSON.writeValueAsBytes(this));
    Files.move(part, control.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * What the session of that control folder left; empty where it left nothing.
   *
   * @throws IOException in a clause, when it left what this release does not understand
   */
  public static Optional<SessionRecord> read(Path control) throws IOException {
    byte[] text;
    try {
      text = Files.readAllBytes(control.resolve(FILE));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      int version = JSON.readTree(text).path("version").asInt();
      if (version != VERSION) {
        throw new IOException("its record has the form " + version + ", not " + VERSION);
      }
      return Optional.of(JSON.readValue(text, SessionRecord.class));
    } catch (JsonProcessingException | IllegalArgumentException | NullPointerException e) {
      throw new IOException("its record cannot be understood: " + e.getMessage(), e);
    }
  }

  /** For notes of owners. */
  public static JsonNode note(Object value) {
    return JSON.valueToTree(value);
  }

  /**
   * The note as a value of {@code type}.
   *
   * @throws IOException in a clause, when it is none
   */
  public <T> T noteAs(Class<T> type) throws IOException {
    try {
      return JSON.treeToValue(note, type);
    } catch (JsonProcessingException | IllegalArgumentException | NullPointerException e) {
      throw new IOException("its record cannot be understood: " + e.getMessage(), e);
    }
  }
}
