package dev.stoker.io.daemon;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stoker.io.asset.IoFailure;
import org.jspecify.annotations.Nullable;

/** What goes over the socket: one JSON object a line, questions one way, answers the other. */
final class Messages {
  static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private Messages() {}

  /** What a client asks for. */
  enum Operation {
    /** About a {@link StageRequest}; answered by a {@link StageProgress}. */
    STAGE,
    /** About a {@link GiveRequest}; answered by true. */
    GIVE,
    /** About a stage's id; answered by a list of paths. */
    UNSTAGE,
    /** About a {@link ProbeRequest}; answered by true. */
    PROBE,
    /** About nothing; answered by a list of folders. */
    MOUNTS,
    /** About nothing; answered by a {@link CacheReport}. */
    CACHE,
    /** About how many at most; answered by a list of {@link dev.stoker.io.cache.CachedFolder}. */
    FOLDERS,
    /** About the version that is known; answered by {@link dev.stoker.io.stage.DamagedStages}. */
    DAMAGE,
    /** About a {@link WarmRequest}; answered by a {@link TransferReport}. */
    WARM,
    /** About a {@link CopyRequest}; answered by a {@link TransferReport}. */
    COPY,
    /** About a list of URIs; answered by a {@link dev.stoker.io.cache.CacheCheck}. */
    VERIFY,
    /** About a list of URIs; answered by a {@link dev.stoker.io.cache.CacheEviction}. */
    EVICT,
    /** About a {@link MountRequest}; answered by where it is mounted. */
    MOUNT,
    /** About a folder; answered by whether it was mounted. */
    UNMOUNT,
    /** About a folder; answered, once it is not mounted or time is up, by whether it is so. */
    AWAIT_UNMOUNT,
    /** About nothing; answered by a {@link MountState}. */
    MOUNT_STATE,
    /** About a {@link RootRequest}; answered by the folder. */
    OPEN_ROOT,
    /** About a session's id; answered by true. */
    NEXT_TASK,
    /** About a session's id; answered by a {@link RootReport}. */
    ROOT_REPORT,
    /**
     * About a {@link dev.stoker.io.pin.PinRequest}; answered by a {@link
     * dev.stoker.io.pin.PinReport}.
     */
    PIN,
    /** Gives up the question whose number is in {@code target}; not answered itself. */
    CANCEL
  }

  /** Whose stage it is from now on. */
  record GiveRequest(String stageId, long pid) {}

  /** A tree whose origin is asked for a sign of life, and whose credentials are used. */
  record ProbeRequest(String uri, String project) {}

  /**
   * A question.
   *
   * @param id numbers it among those of one connection
   * @param pid the asking process
   * @param waitMillis when the asker gives up
   * @param about what the operation says
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Question(
      long id,
      Operation operation,
      long pid,
      long waitMillis,
      @Nullable JsonNode about,
      @Nullable Long target) {}

  /**
   * An answer: exactly one of its parts is there. Progress comes any number of times before the
   * last answer.
   *
   * @param result what the operation says
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Answer(
      long id,
      @Nullable StageProgress progress,
      @Nullable JsonNode result,
      @Nullable Failure failure) {

    static Answer progress(long id, StageProgress progress) {
      return new Answer(id, progress, null, null);
    }

    static Answer of(long id, Object result) {
      return new Answer(id, null, JSON.valueToTree(result), null);
    }

    static Answer failed(long id, RuntimeException failure) {
      return new Answer(id, null, null, Failure.of(failure));
    }
  }

  /**
   * Reads what a message is about.
   *
   * @throws IoFailure.Invalid when it is about something else
   */
  static <T> T read(@Nullable JsonNode node, Class<T> type) {
    try {
      T value = node == null ? null : JSON.treeToValue(node, type);
      if (value != null) {
        return value;
      }
    } catch (JsonProcessingException e) {
      // Told below: the other side is of another release.
    }
    throw new IoFailure.Invalid(
        "The I/O process and this one do not understand each other; restart the older one.");
  }

  /**
   * A failure, made the same kind again on the other side.
   *
   * @param kind which {@link IoFailure}
   * @param message its sentence
   * @param retryAfterMillis of {@link IoFailure.Unavailable}, else -1
   */
  record Failure(String kind, String message, long retryAfterMillis) {
    static Failure of(RuntimeException failure) {
      String message = String.valueOf(failure.getMessage());
      return switch (failure) {
        case IoFailure.Unavailable busy ->
            new Failure("Unavailable", message, busy.retryAfterMillis());
        case IoFailure known -> new Failure(known.getClass().getSimpleName(), message, -1);
        default -> new Failure("Unavailable", "The I/O process failed: " + failure, -1);
      };
    }

    IoFailure asFailure() {
      return switch (kind) {
        case "NotFound" -> new IoFailure.NotFound(message);
        case "Denied" -> new IoFailure.Denied(message);
        case "Changed" -> new IoFailure.Changed(message);
        case "Fenced" -> new IoFailure.Fenced(message);
        case "TimedOut" -> new IoFailure.TimedOut(message);
        case "Corrupt" -> new IoFailure.Corrupt(message);
        case "Disk" -> new IoFailure.Disk(message, null);
        case "Invalid" -> new IoFailure.Invalid(message);
        case "Canceled" -> new IoFailure.Canceled(message);
        default -> new IoFailure.Unavailable(message, null, retryAfterMillis);
      };
    }
  }
}
