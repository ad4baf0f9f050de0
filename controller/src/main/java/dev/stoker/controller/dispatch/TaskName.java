package dev.stoker.controller.dispatch;

import java.util.Optional;

/**
 * A task's id, {@code JOB-ORDINAL}, where the ordinal counts the job's tasks in step order from 0.
 * Fits the fence: 10 + 1 + 8 characters, and 5 more for the attempt.
 */
record TaskName(String jobId, long ordinal) {
  static final int JOB_ID_LENGTH = 10;

  /** Eight digits. */
  static final long MOST_TASKS = 100_000_000;

  static Optional<TaskName> parse(String text) {
    int dash = text.lastIndexOf('-');
    String digits = text.substring(dash + 1);
    boolean wellFormed =
        dash == JOB_ID_LENGTH
            && !digits.isEmpty()
            && digits.length() <= 8
            && digits.chars().allMatch(c -> c >= '0' && c <= '9')
            && (digits.length() == 1 || digits.charAt(0) != '0');
    return wellFormed
        ? Optional.of(new TaskName(text.substring(0, dash), Long.parseLong(digits)))
        : Optional.empty();
  }

  String text() {
    return jobId + "-" + ordinal;
  }

  String fence(int attempt) {
    return text() + "-" + attempt;
  }
}
