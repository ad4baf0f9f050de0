package dev.stoker.io.daemon;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.stage.DamagedStages;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What goes over the socket: one JSON object a line, questions one way, answers the other. */
final class Messages {
  static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private Messages() {}

  /** What a client asks for. */
  enum Operation {
    STAGE,
    UNSTAGE,
    CACHE,
    /** Waits for damaged stages; {@code target} is the version that is known. */
    DAMAGE,
    /** Gives up the question whose number is in {@code target}; not answered itself. */
    CANCEL
  }

  /**
   * A question.
   *
   * @param id numbers it among those of one connection
   * @param pid the asking process
   * @param waitMillis when the asker gives up
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Question(
      long id,
      Operation operation,
      long pid,
      long waitMillis,
      @Nullable StageRequest stage,
      @Nullable String stageId,
      @Nullable Long target) {}

  /**
   * An answer: exactly one of its parts is there. Progress comes any number of times before the
   * last answer.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Answer(
      long id,
      @Nullable StageProgress progress,
      @Nullable StageProgress staged,
      @Nullable List<String> changed,
      @Nullable CacheReport cache,
      @Nullable DamagedStages damage,
      @Nullable Failure failure) {

    static Answer progress(long id, StageProgress progress) {
      return new Answer(id, progress, null, null, null, null, null);
    }

    static Answer staged(long id, StageProgress staged) {
      return new Answer(id, null, staged, null, null, null, null);
    }

    static Answer changed(long id, List<String> changed) {
      return new Answer(id, null, null, changed, null, null, null);
    }

    static Answer cache(long id, CacheReport cache) {
      return new Answer(id, null, null, null, cache, null, null);
    }

    static Answer damage(long id, DamagedStages damage) {
      return new Answer(id, null, null, null, null, damage, null);
    }

    static Answer failed(long id, RuntimeException failure) {
      return new Answer(id, null, null, null, null, null, Failure.of(failure));
    }
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
