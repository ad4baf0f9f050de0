package dev.stoker.controller.dispatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Notices;
import dev.stoker.controller.protocol.Wire;
import dev.stoker.controller.store.JobRow;
import dev.stoker.controller.store.NoticeRow;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.StepRow;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes down that a job ended, for each who is to be told, in the change that ends it: so it is
 * told also when the controller dies next.
 */
final class JobNotices {
  private static final Logger LOG = System.getLogger(JobNotices.class.getName());

  /** A receiver that is down for long must not fill the database. */
  static final int MOST_WAITING = 10_000;

  private static final int ID_LENGTH = 16;

  private final Parts parts;
  private final QueueRows rows;

  JobNotices(Parts parts, QueueRows rows) {
    this.parts = parts;
    this.rows = rows;
  }

  /** The job is over, and its steps are counted. */
  void ended(JobRow job, Jobs.State state, String message) {
    Set<String> targets = new LinkedHashSet<>(parts.notices().targets(job.project(), state));
    targets.addAll(rows.notices().targets(job.number()));
    if (targets.isEmpty()) {
      return;
    }
    int room = MOST_WAITING - rows.notices().count();
    if (room < targets.size()) {
      LOG.log(
          Level.WARNING,
          "Nobody is told that job {0} ended: {1} notices wait already.",
          job.id(),
          MOST_WAITING);
      return;
    }
    long now = parts.clocks().wallMillis();
    for (String target : targets) {
      String id = Names.random('w', ID_LENGTH);
      rows.notices()
          .add(new NoticeRow(0, id, target, body(id, job, state, message, now), now, now, 0));
    }
  }

  private String body(String id, JobRow job, Jobs.State state, String message, long now) {
    List<StepRow> steps = new ArrayList<>(rows.steps().ofJob(job.number()));
    var ended =
        new Notices.JobEnded(
            id,
            Notices.JOB_ENDED,
            job.id(),
            job.name(),
            job.project(),
            job.submitter(),
            state,
            Credentials.hidden(message),
            job.submittedMillis(),
            now,
            steps.stream().mapToLong(StepRow::taskCount).sum(),
            steps.stream().mapToLong(step -> step.counts().succeeded()).sum(),
            steps.stream().mapToLong(step -> step.counts().failed()).sum(),
            steps.stream().mapToLong(step -> step.counts().canceled()).sum());
    try {
      return Wire.mapper().writeValueAsString(ended);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A notice has no JSON form.", e);
    }
  }
}
