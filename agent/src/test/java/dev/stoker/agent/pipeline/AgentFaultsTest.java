package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.io.testing.Trials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * F1 for the agent: {@code kill -9} of agent or renderer at random moments of 40-task jobs. Killed
 * agents are followed by ones that adopt what renders, so that their deaths cost almost no frame
 * its rendering. {@code -Dstoker.trials=100} is the nightly run.
 */
@Timeout(1800)
class AgentFaultsTest extends AgentFarm {
  private static final int TASKS = 40;
  private static final int IN_TESTS = 12;

  /** A task takes 50 ms and an agent a second to start: most kills find both at work. */
  private static final int LONGEST_PEACE_MILLIS = 1500;

  private Process agentProcess;
  private int jobs;
  private int agentsKilled;
  private int renderedAgain;

  @AfterEach
  void killAgent() throws InterruptedException {
    if (agentProcess != null) {
      agentProcess.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      agentProcess = null;
    }
  }

  @Test
  void noKillLosesDoublesOrCorruptsAFrame() throws Exception {
    Trials trials = new Trials("F1 agent");
    Random random = trials.random();
    int wanted = Trials.wanted(IN_TESTS);
    agentProcess = startAgentProcess();
    for (int done = 0; done < wanted; ) {
      Path pids = top.resolve("pids-" + jobs);
      String job = submitFrames(pids);
      while (done < wanted && !client.job(job).state().isFinal()) {
        awaitPeace(job, random.nextInt(LONGEST_PEACE_MILLIS));
        if (client.job(job).state().isFinal()) {
          break;
        }
        if (random.nextInt(3) == 0) {
          killRenderer(pids);
        } else {
          killAgent();
          agentsKilled++;
          agentProcess = startAgentProcess();
        }
        trials.trial();
        done++;
      }
      check(trials, job, pids);
      jobs++;
    }
    // Ends in order, so that the next test finds nothing of it.
    agentProcess.destroy();
    agentProcess.waitFor(30, TimeUnit.SECONDS);
    System.out.println(
        agentsKilled + " agents killed, " + renderedAgain + " frames rendered again for that");
    trials.end();
    // Killed before its session's state was noted, a renderer cannot be adopted: milliseconds.
    assertTrue(renderedAgain <= agentsKilled / 3, "agents do not adopt");
  }

  private String submitFrames(Path pids) throws IOException {
    Path out = show("out" + jobs);
    String file = "{{Param.Out}}/f{{Task.Param.Frame}}.txt";
    String script =
        "echo $$ >> %s; echo frame {{Task.Param.Frame}} > %s; sleep 0.05; echo end >> %s"
            .formatted(pids, file, file);
    return submitTemplate(
        framesTemplate("faults-" + jobs, TASKS, script),
        java.util.Map.of("Out", "/mnt/show/" + show("").relativize(out)),
        "key-" + jobs,
        IN_TESTS);
  }

  /** Waits so long, or until the job ends. */
  private void awaitPeace(String job, int millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() < end && !client.job(job).state().isFinal()) {
      Thread.sleep(10); // a random moment is the point
    }
  }

  private static void killRenderer(Path pids) {
    List<String> all = read(pids).lines().toList();
    if (!all.isEmpty()
        && read(Path.of("/proc/" + all.getLast() + "/cmdline")).contains("" + pids)) {
      ProcessHandle.of(Long.parseLong(all.getLast())).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  private void check(Trials trials, String job, Path pids) throws IOException {
    Jobs.Summary summary = awaitEnd(job);
    if (summary.state() != Jobs.State.SUCCEEDED) {
      trials.lost("job " + job + " ended " + summary.state() + ": " + summary.message());
    }
    for (Jobs.Task task : client.tasks(job, null, TASKS).tasks()) {
      long grants = task.attempts().stream().filter(Jobs.Attempt::granted).count();
      if (grants > 1) {
        trials.doubled("task " + task.taskId() + " was granted " + grants + " times");
      }
    }
    long failed =
        client.tasks(job, null, TASKS).tasks().stream()
            .flatMap(task -> task.attempts().stream())
            .filter(attempt -> attempt.outcome() == Finish.Outcome.FAILED)
            .count();
    renderedAgain += Math.max(0, (int) (read(pids).lines().count() - TASKS - failed));
    for (int frame = 1; frame <= TASKS; frame++) {
      Path file = show("out" + jobs + "/f" + frame + ".txt");
      if (!Files.exists(file)) {
        trials.lost("frame " + frame + " of job " + job);
      } else if (!Files.readString(file).equals("frame " + frame + "\nend\n")) {
        trials.corrupt("frame " + frame + ": " + Files.readString(file));
      }
    }
    List<String> extra =
        listed(show("out" + jobs)).stream().filter(name -> !name.matches("f\\d+\\.txt")).toList();
    if (!extra.isEmpty()) {
      trials.doubled("files that nobody published: " + extra);
    }
  }
}
