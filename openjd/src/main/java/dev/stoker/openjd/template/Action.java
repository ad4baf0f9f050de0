package dev.stoker.openjd.template;

import dev.stoker.openjd.expr.FormatString;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A command that runs on a node.
 *
 * @param timeout positive seconds, literal in a job; null for none given
 */
public record Action(
    FormatString command,
    List<FormatString> args,
    @Nullable FormatString timeout,
    Cancelation cancelation) {
  public Action {
    args = List.copyOf(args);
  }

  /** The timeout where the job states one; otherwise the default of the action's place holds. */
  public OptionalLong timeoutSeconds() {
    return seconds(timeout);
  }

  static OptionalLong seconds(@Nullable FormatString text) {
    if (text == null) {
      return OptionalLong.empty();
    }
    if (!text.isLiteral()) {
      throw new IllegalStateException("'" + text + "' is only a number once the job is created.");
    }
    return OptionalLong.of(Long.parseLong(text.source()));
  }
}
