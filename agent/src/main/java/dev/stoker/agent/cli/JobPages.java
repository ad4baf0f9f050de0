package dev.stoker.agent.cli;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Pins;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads paged answers to their end. */
final class JobPages {
  /** The most that the controller gives at once. */
  private static final int LIMIT = 1000;

  private JobPages() {}

  static List<Jobs.Task> tasks(ControllerClient client, String jobId) {
    return tasks(client, jobId, Long.MAX_VALUE);
  }

  /** The first so many tasks. */
  static List<Jobs.Task> tasks(ControllerClient client, String jobId, long most) {
    List<Jobs.Task> all = new ArrayList<>();
    @Nullable String after = null;
    do {
      Jobs.Tasks page = client.tasks(jobId, after, (int) Math.min(LIMIT, most - all.size()));
      all.addAll(page.tasks());
      after = page.next();
    } while (after != null && all.size() < most);
    return all;
  }

  /** By their names. */
  static List<Pins.Pin> pins(ControllerClient client, String jobId) {
    List<Pins.Pin> all = new ArrayList<>();
    Pins.Page page;
    long after = 0;
    do {
      page = client.pins(jobId, after, Pins.MOST_AT_ONCE);
      all.addAll(page.pins());
      after = page.next();
    } while (page.more());
    all.sort(Comparator.comparing(Pins.Pin::name));
    return all;
  }

  static List<Jobs.Output> outputs(ControllerClient client, String jobId) {
    List<Jobs.Output> all = new ArrayList<>();
    @Nullable String after = null;
    do {
      Jobs.Outputs page = client.outputs(jobId, after, LIMIT);
      all.addAll(page.outputs());
      after = page.next();
    } while (after != null);
    return all;
  }
}
