package dev.stoker.agent.session;

import dev.stoker.openjd.expr.SymbolTable;
import dev.stoker.openjd.template.Action;
import dev.stoker.openjd.template.Cancelation;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An action about to run.
 *
 * @param kind what it does for its session
 * @param timeout where the template gives none; null: none
 * @param notice likewise
 * @param symbols what its format strings are filled with
 */
record Act(
    SessionRecord.Kind kind,
    Action action,
    @Nullable Duration timeout,
    Duration notice,
    SymbolTable symbols) {

  @Nullable Duration effectiveTimeout() {
    OptionalLong given = action.timeoutSeconds();
    return given.isPresent() ? Duration.ofSeconds(given.getAsLong()) : timeout;
  }

  /** Null: SIGKILL at once. */
  @Nullable Duration effectiveNotice() {
    Cancelation how = action.cancelation();
    if (how instanceof Cancelation.Deferred deferred) {
      how = deferred.resolved(deferred.mode().resolve(symbols));
    }
    return how instanceof Cancelation.NotifyThenTerminate asked
        ? Duration.ofSeconds(asked.notifyPeriodSeconds().orElse(notice.toSeconds()))
        : null;
  }
}
