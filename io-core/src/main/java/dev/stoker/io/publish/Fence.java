package dev.stoker.io.publish;

import dev.stoker.io.publish.blob.BlockIds;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names one attempt at one piece of work among all that may write the same destinations. Of the
 * attempts that share a {@code task}, only the one whose manifest was granted becomes visible.
 *
 * @param task what is attempted, 1 or more of {@code [a-z0-9-]}, neither first nor last a {@code -}
 * @param attempt counts from 1
 */
public record Fence(String task, int attempt) {
  /** A fence owns the blocks that it stages. */
  private static final int MAX_TEXT_LENGTH = BlockIds.OWNER_BYTES;

  private static final Pattern TASK = Pattern.compile("[a-z0-9](?:[a-z0-9-]*[a-z0-9])?");
  private static final Pattern TEXT = Pattern.compile("(.+)-([1-9][0-9]{0,8})");

  public Fence {
    if (!TASK.matcher(task).matches()
        || attempt < 1
        || (task + "-" + attempt).length() > MAX_TEXT_LENGTH) {
      throw new IllegalArgumentException(
          "The attempt "
              + attempt
              + " of '"
              + task
              + "' makes no fence; TASK-ATTEMPT is at most "
              + MAX_TEXT_LENGTH
              + " of a-z, 0-9 and '-'.");
    }
  }

  /**
   * Reads {@code TASK-ATTEMPT}, the form that leases and manifests carry.
   *
   * @throws IllegalArgumentException when the text has another form
   */
  public static Fence parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a fence; it has the form TASK-ATTEMPT, such as 'j7-12-1'.");
    }
    return new Fence(matcher.group(1), Integer.parseInt(matcher.group(2)));
  }

  /** {@code TASK-ATTEMPT}, at most 24 characters; {@link #parse} reads it back. */
  public String text() {
    return task + "-" + attempt;
  }

  @Override
  public String toString() {
    return text();
  }
}
