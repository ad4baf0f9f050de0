package dev.stoker.controller.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What people and their tools ask about jobs. */
public final class Jobs {
  /** The location that takes what a job reads from outside all others, under its content's hash. */
  public static final String UPLOADS = "uploads";

  /** Larger first. */
  public static final int HIGHEST_PRIORITY = 100;

  /** How often a task may be tried, at most. */
  public static final int MOST_ATTEMPTS = 100;

  /** Of one job. */
  public static final int MOST_LOCATIONS = 100;

  /** What one template may name without a folder around it; nodes look each of them up by name. */
  public static final int MOST_UPLOADS = 10_000;

  /** A location's name: one path segment. */
  public static final String LOCATION_NAME = "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$";

  /** SHA-256 and a file name, which no {@code ..} can lead out of. */
  public static final String UPLOAD =
      "^[0-9a-f]{64}/(?!\\.{1,2}$)[^/\\u0000-\\u001f\\u007f]{1,255}$";

  private Jobs() {}

  /**
   * {@code POST /v1/jobs}, and what {@code GET /v1/jobs/{id}/definition} gives to agents:
   * everything a node needs to run any task of the job.
   *
   * @param template the OpenJD job template as it was written
   * @param environments environment templates, outermost first
   * @param parameters job parameter values as text, by name; the rest take their defaults
   * @param templateFolder the absolute folder of the template, which PATH defaults join; empty when
   *     there is none
   * @param locations what paths mean
   * @param project whose job it is
   * @param priority 0 to 100, larger first
   * @param maxAttempts how often a task may fail before its job does, ≥ 1
   * @param assets what the job reads and writes beyond its parameters
   */
  public record Definition(
      JsonNode template,
      List<JsonNode> environments,
      Map<String, String> parameters,
      @Bounds(pattern = "^$|^/") String templateFolder,
      @Bounds(most = MOST_LOCATIONS, unique = true) List<Location> locations,
      @Bounds(least = 1, most = Bounds.NAME, printable = true) String project,
      @Bounds(least = 0, most = HIGHEST_PRIORITY) int priority,
      @Bounds(least = 1, most = MOST_ATTEMPTS) int maxAttempts,
      @Bounds(optional = true) Assets assets) {
    // Definitions of earlier releases have no assets.
    public Definition {
      environments = List.copyOf(environments);
      parameters = Map.copyOf(parameters);
      locations = List.copyOf(locations);
      assets = assets == null ? Assets.NONE : assets;
    }

    /** A job that reads and writes what its parameters name. */
    public Definition(
        JsonNode template,
        List<JsonNode> environments,
        Map<String, String> parameters,
        String templateFolder,
        List<Location> locations,
        String project,
        int priority,
        int maxAttempts) {
      this(
          template,
          environments,
          parameters,
          templateFolder,
          locations,
          project,
          priority,
          maxAttempts,
          Assets.NONE);
    }

    /** The same with other assets. */
    public Definition withAssets(Assets others) {
      return new Definition(
          template,
          environments,
          parameters,
          templateFolder,
          locations,
          project,
          priority,
          maxAttempts,
          others);
    }
  }

  /**
   * The asset references of a job bundle.
   *
   * @param inputs absolute paths of files and folders that every task may read
   * @param outputs absolute paths of folders that tasks write to
   * @param uploads absolute paths that lie in no location, to {@code HASH/NAME}, where in the
   *     location {@link #UPLOADS} the submission put what they held
   * @param pins the versions of declared inputs, by {@code LOCATION/path}, as the submission saw
   *     them, at most {@link Pins#MOST_AT_SUBMIT}; kept as the job's first pins and not given to
   *     nodes with the definition
   */
  public record Assets(
      List<String> inputs,
      List<String> outputs,
      @Bounds(most = MOST_UPLOADS) Map<String, @Bounds(pattern = UPLOAD) String> uploads,
      @Bounds(most = Pins.MOST_AT_SUBMIT)
          Map<
                  @Bounds(least = 2, most = Pins.LONGEST_NAME, pattern = Pins.NAME) String,
                  @Bounds(least = 1, most = Pins.LONGEST_VERSION, pattern = Pins.VERSION) String>
              pins) {
    /** None beyond the parameters. */
    public static final Assets NONE = new Assets(List.of(), List.of());

    // Definitions of earlier releases have no uploads, or no pins.
    public Assets {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
      uploads = uploads == null ? Map.of() : Map.copyOf(uploads);
      pins = pins == null ? Map.of() : Map.copyOf(pins);
    }

    /** All of it in locations. */
    public Assets(List<String> inputs, List<String> outputs) {
      this(inputs, outputs, Map.of());
    }

    /** Nothing pinned yet. */
    public Assets(List<String> inputs, List<String> outputs, Map<String, String> uploads) {
      this(inputs, outputs, uploads, Map.of());
    }

    /** The same, nothing pinned. */
    public Assets withoutPins() {
      return new Assets(inputs, outputs, uploads);
    }
  }

  /**
   * A name for a tree that jobs know by a path and nodes read from an origin.
   *
   * @param name one path segment
   * @param uri the origin tree
   * @param paths under which artists' machines know it; POSIX or Windows spelling
   * @param writable whether outputs may go there
   */
  public record Location(
      @Bounds(pattern = LOCATION_NAME) String name,
      @Bounds(least = 1, most = Bounds.URI, printable = true) String uri,
      List<@Bounds(least = 1, most = Bounds.PATH, printable = true) String> paths,
      boolean writable) {
    public Location {
      paths = List.copyOf(paths);
    }
  }

  /**
   * Answer to a submission; the same {@code Idempotency-Key} gets the same id.
   *
   * @param warnings what keeps it from starting on any node that is known, a sentence each
   */
  public record Submitted(String jobId, List<String> warnings) {
    public Submitted {
      warnings = warnings == null ? List.of() : List.copyOf(warnings);
    }
  }

  /** Where a job is. */
  public enum State {
    QUEUED,
    RUNNING,
    SUSPENDED,
    SUCCEEDED,
    FAILED,
    CANCELED;

    public boolean isFinal() {
      return this == SUCCEEDED || this == FAILED || this == CANCELED;
    }
  }

  /** Where a task is. */
  public enum TaskState {
    /** Waits for steps it depends on. */
    WAITING,
    /** May start on any node that suits it. */
    READY,
    /** A node holds its lease. */
    LEASED,
    /** Its outputs were granted and are being made visible. */
    COMMITTED,
    SUCCEEDED,
    FAILED,
    CANCELED;

    /** Whether nothing more happens to it, unless somebody wants it again. */
    public boolean isFinal() {
      return this == SUCCEEDED || this == FAILED || this == CANCELED;
    }
  }

  /**
   * {@code GET /v1/jobs} lists them, newest first; {@code GET /v1/jobs/{id}} gives one.
   *
   * @param message why it failed, or empty
   * @param submittedMillis milliseconds since 1970
   * @param endedMillis likewise, null while it runs
   * @param submitter the name of the token that submitted it; empty where none was needed
   * @param archived whether nothing but this is kept: no tasks, logs or list of outputs
   */
  public record Summary(
      String jobId,
      String name,
      String project,
      int priority,
      State state,
      String message,
      long submittedMillis,
      @Nullable Long endedMillis,
      List<StepSummary> steps,
      String submitter,
      boolean archived) {
    public Summary {
      steps = List.copyOf(steps);
      submitter = submitter == null ? "" : submitter;
    }
  }

  /** How many tasks of a step are in which state. */
  public record StepSummary(String name, Map<TaskState, Long> tasks) {
    public StepSummary {
      tasks = Map.copyOf(tasks);
    }

    public long total() {
      return tasks.values().stream().mapToLong(Long::longValue).sum();
    }

    public long in(TaskState state) {
      return tasks.getOrDefault(state, 0L);
    }
  }

  /** {@code GET /v1/jobs}. */
  public record Page(List<Summary> jobs) {
    public Page {
      jobs = List.copyOf(jobs);
    }
  }

  /**
   * One task in {@code GET /v1/jobs/{id}/tasks?after=&limit=}, in task order.
   *
   * @param attempts the attempts it had, oldest first
   * @param thumbnails how many pictures there are of its outputs
   */
  public record Task(
      String taskId,
      String stepName,
      long index,
      Map<String, String> parameters,
      TaskState state,
      List<Attempt> attempts,
      int thumbnails) {
    public Task {
      parameters = Map.copyOf(parameters);
      attempts = List.copyOf(attempts);
    }
  }

  /**
   * @param outcome null while it runs
   * @param phase where it is while it runs
   * @param granted whether its outputs were granted
   * @param cause why it did not succeed, where its node said so
   * @param usage what its processes take, or took; null where nobody sampled them
   * @param timeline what was done when; a span that is still going on ends at 0
   * @param startedMillis when its lease was given out, in milliseconds since 1970
   * @param endedMillis when that ended; null while it lives
   */
  public record Attempt(
      int attempt,
      String leaseId,
      String nodeName,
      Finish.@Nullable Outcome outcome,
      Heartbeat.@Nullable Phase phase,
      double phaseFraction,
      long bytesTotal,
      long bytesDone,
      String message,
      boolean granted,
      List<Finish.Span> timeline,
      long originBytes,
      long cachedBytes,
      long publishedBytes,
      Finish.@Nullable Cause cause,
      @Nullable TaskUsage usage,
      long startedMillis,
      @Nullable Long endedMillis) {
    public Attempt {
      timeline = List.copyOf(timeline);
    }
  }

  /**
   * @param next pass it as {@code after} for the next page; null on the last
   */
  public record Tasks(List<Task> tasks, @Nullable String next) {
    public Tasks {
      tasks = List.copyOf(tasks);
    }
  }

  /**
   * {@code GET /v1/jobs/{id}/outputs?after=&limit=}: files of finished tasks, and of granted ones
   * that are being made visible.
   *
   * @param next pass it as {@code after} for the next page; null on the last
   */
  public record Outputs(List<Output> outputs, @Nullable String next) {
    public Outputs {
      outputs = List.copyOf(outputs);
    }
  }

  /**
   * {@code GET /v1/jobs/{id}/watch?since=}: answers when the job is no longer as it was at {@code
   * since}, or after 30 s.
   *
   * @param version pass it as {@code since} the next time; the first call passes 0
   * @param job as it is now
   * @param running the tasks that nodes hold, at most 256, in task order
   */
  public record Update(long version, Summary job, List<Task> running) {
    public Update {
      running = List.copyOf(running);
    }
  }

  /**
   * {@code GET /v1/jobs/{id}/tasks/{task}/why}: what keeps a task from starting.
   *
   * @param reasons a sentence each; empty for a task that runs or is over
   */
  public record Why(String taskId, TaskState state, List<String> reasons) {
    public Why {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * {@code POST /v1/jobs/{id}/retry}.
   *
   * @param tasks succeeded tasks to render again, besides every failed and canceled one
   * @param repin whether the job forgets which versions of its inputs it read, and goes by those
   *     that are there now
   */
  public record Retry(List<String> tasks, boolean repin) {
    public Retry {
      tasks = List.copyOf(tasks);
    }

    /** With the versions that the job read before. */
    public Retry(List<String> tasks) {
      this(tasks, false);
    }
  }

  /**
   * {@code POST /v1/jobs/{id}/priority}.
   *
   * @param priority 0 to 100, larger first
   */
  public record Priority(@Bounds(least = 0, most = HIGHEST_PRIORITY) int priority) {}

  public record Output(
      String taskId, String destination, long lengthBytes, String checksum, boolean visible) {}
}
