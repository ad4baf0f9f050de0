package dev.stoker.agent.pipeline;

import dev.stoker.agent.session.ActionResult;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.daemon.RootReport;
import dev.stoker.io.daemon.StageProgress;
import dev.stoker.io.mount.RootUse;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Looks at what an attempt's renderer did with its mounted inputs, when it has ended: whether they
 * were served to its end, what it looked for in vain, and how much of which file it wanted. Used by
 * the slot's thread.
 */
final class InputUse {
  /** A library or cache of which a part was wanted; smaller files say nothing. */
  private static final long WORTH_TELLING_BYTES = 1 << 20;

  private static final int MOST_TOLD = 10;

  /** Patterns of names that may be missing, apart by {@code ;}: Blender's guard reads it, too. */
  private static final String ALLOWED_VARIABLE = "STOKER_ALLOW_MISSING";

  private static final double MEBIBYTE = 1 << 20;

  private InputUse() {}

  /**
   * Adds what was read to the attempt's account, and what is missing to what its renderer let slip.
   *
   * @return why the attempt must not pass whatever its renderer says: its inputs broke
   */
  static Optional<Failure> look(Attempt attempt, AttemptListener listener, ActionResult result) {
    Optional<RootReport> report;
    try {
      report = attempt.session().files().mounted().report();
    } catch (IoFailure e) {
      attempt.session().retire();
      return Optional.of(
          Failure.of(
              result.exitCode(),
              "The task's inputs were not served to its end: " + e.getMessage(),
              true));
    }
    report.ifPresent(found -> note(attempt, listener, result, found));
    return Optional.empty();
  }

  private static void note(
      Attempt attempt, AttemptListener listener, ActionResult result, RootReport report) {
    RootUse use = report.use();
    attempt.addInput(new StageProgress(0, 0, 0, 0, use.originBytes(), use.cachedBytes()));
    String told = told(use);
    if (!told.isEmpty()) {
      attempt.log().remark(told);
    }
    List<String> lacking =
        listener.lacking(use.missing(), new HashSet<>(use.opened())).stream()
            .filter(name -> !isAllowed(attempt, name))
            .toList();
    boolean unexplained =
        result.outcome() == ActionResult.Outcome.FAILED && listener.trouble() == null;
    if (!lacking.isEmpty() && (result.succeeded() || unexplained)) {
      listener.lacks(lacking);
    } else if (result.succeeded()) {
      attempt.session().tellTrace(attempt, report);
    }
  }

  /** Whether the session's environments say that the job can do without. */
  private static boolean isAllowed(Attempt attempt, String name) {
    String allowed = attempt.session().variable(ALLOWED_VARIABLE).orElse("");
    Path path = Path.of(name);
    return Arrays.stream(allowed.split(";", -1))
        .filter(glob -> !glob.isBlank())
        .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob.strip()))
        .anyMatch(glob -> glob.matches(path) || glob.matches(path.getFileName()));
  }

  /** How much of the large files came to this node; empty where no file is worth a line. */
  static String told(RootUse use) {
    List<String> parts =
        use.shares().stream()
            .filter(share -> share.lengthBytes() >= WORTH_TELLING_BYTES)
            .limit(MOST_TOLD)
            .map(
                share ->
                    String.format(
                        Locale.ROOT,
                        "%s %.1f of %.1f MiB (%.0f %%)",
                        share.name(),
                        share.presentBytes() / MEBIBYTE,
                        share.lengthBytes() / MEBIBYTE,
                        100.0 * share.presentBytes() / share.lengthBytes()))
            .toList();
    return parts.isEmpty()
        ? ""
        : "Of its %d input files the node has: %s."
            .formatted(use.files(), String.join("; ", parts));
  }
}
