package dev.stoker.agent.demo;

import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs;

/**
 * How far the job is, as far as a person watches it.
 *
 * @param bytesDone bytes of the scene that are on the node
 * @param bytesTotal bytes of the scene
 * @param frame the frame that is being rendered, 0 while none is
 * @param fraction of that frame
 * @param message what the renderer said last
 */
record JobSnapshot(
    long bytesDone,
    long bytesTotal,
    long framesDone,
    long framesTotal,
    int frame,
    double fraction,
    String message) {

  /** Combines an update with what was known; bytes never go back, sessions come and go. */
  static JobSnapshot of(Jobs.Update update, long sceneBytes, long bytesBefore) {
    long bytesDone = bytesBefore;
    int frame = 0;
    double fraction = 0;
    String message = "";
    for (Jobs.Task task : update.running()) {
      if (task.attempts().isEmpty()) {
        continue;
      }
      Jobs.Attempt attempt = task.attempts().getLast();
      bytesDone = Math.max(bytesDone, Math.min(sceneBytes, attempt.bytesDone()));
      if (attempt.phase() == Heartbeat.Phase.RENDERING && frame == 0) {
        frame = frameOf(task);
        fraction = Math.clamp(attempt.phaseFraction(), 0.0, 1.0);
        message = attempt.message();
      }
    }
    long done = 0;
    long total = 0;
    for (Jobs.StepSummary step : update.job().steps()) {
      done += step.in(Jobs.TaskState.SUCCEEDED);
      total += step.total();
    }
    bytesDone = done > 0 || frame > 0 ? sceneBytes : bytesDone;
    return new JobSnapshot(bytesDone, sceneBytes, done, total, frame, fraction, message);
  }

  static int frameOf(Jobs.Task task) {
    return Integer.parseInt(task.parameters().getOrDefault("Frame", "0"));
  }
}
