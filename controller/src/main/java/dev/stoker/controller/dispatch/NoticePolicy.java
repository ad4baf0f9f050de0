package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Jobs;
import java.util.List;

/** Who is told of which jobs' ends, beside those whom submissions name. Thread-safe. */
@FunctionalInterface
public interface NoticePolicy {
  /** Nobody. */
  NoticePolicy NONE = (project, state) -> List.of();

  /** The targets, as {@link dev.stoker.controller.store.NoticeRow#target} has them. */
  List<String> targets(String project, Jobs.State state);
}
