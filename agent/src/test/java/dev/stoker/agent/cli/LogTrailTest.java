package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.stoker.controller.api.ControllerServer;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.LogChunk;
import dev.stoker.controller.protocol.Registration;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs are followed through a job of more than a page, each line once. */
class LogTrailTest {
  private static final String TEMPLATE =
      """
      specificationVersion: jobtemplate-2023-09
      name: Shot
      steps:
        - name: Only
          parameterSpace: {taskParameterDefinitions: [{name: Frame, type: INT, range: 1-2500}]}
          script: {actions: {onRun: {command: "true"}}}
      """;

  @TempDir Path folder;

  private final List<String> printed = new ArrayList<>();
  private ControllerServer server;
  private ControllerClient client;
  private String node = "";
  private long sequence;

  @BeforeEach
  void start() {
    server = ControllerServer.start(ControllerSettings.loopback(folder.resolve("queue"), 0));
    client = new ControllerClient(server.url(), null);
    var slot = new Registration.Slot("s", 4, 1L << 30, 0, 0);
    node =
        client.register(new Registration.Request("n", "1", 1, 1, List.of(slot), Map.of())).nodeId();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void whatRunsIsFollowedAndWhatRanInBetweenIsNotMissed() throws Exception {
    String job = submit();
    var trail =
        new LogTrail(client, job, 0, (task, attempt, text) -> printed.add(attempt + " " + text));
    List<Lease> leases = lease(50);
    log(leases.getFirst(), 0, "one\n");
    trail.readAll();
    assertPrinted("1 one\n");
    log(leases.getFirst(), 4, "two\n");
    log(leases.get(49), 0, "fifty\n");
    trail.readRecent();
    assertPrinted("1 fifty\n", "1 two\n");
    trail.readRecent();
    assertPrinted();
    log(leases.getFirst(), 8, "the end\n");
    finish(leases.getFirst(), Finish.Outcome.SUCCEEDED);
    Lease quick = lease(1).getFirst();
    log(quick, 0, "came and went\n");
    finish(quick, Finish.Outcome.SUCCEEDED);
    trail.readRecent();
    assertPrinted("1 came and went\n", "1 the end\n");
    log(quick, 14, "late\n");
    trail.readRecent();
    assertPrinted("1 late\n");

    finish(leases.get(1), Finish.Outcome.RETURNED);
    Lease again = lease(1).getFirst();
    assertEquals(leases.get(1).taskId(), again.taskId());
    log(again, 0, "again\n");
    client.cancel(job);
    trail.readAll();
    assertPrinted("2 again\n");
    trail.readAll();
    assertPrinted();
  }

  @Test
  void theCommandPrintsOneTaskOrAll() throws Exception {
    String job = submit();
    List<Lease> leases = lease(2);
    log(leases.getFirst(), 0, "first\n");
    log(leases.getLast(), 0, "second\n");
    var stoker = new CommandRun(folder);
    String url = server.url().toString();
    assertEquals(
        0,
        stoker.run("job", "logs", job, "--task", leases.getLast().taskId(), "--controller", url),
        stoker.err());
    assertEquals("second\n", stoker.out());
    assertEquals(0, stoker.run("job", "logs", job, "--controller", url), stoker.err());
    assertTrue(stoker.out().contains("first\n") && stoker.out().contains("second\n"), stoker.out());
    client.cancel(job);
    assertEquals(0, stoker.run("job", "logs", job, "-f", "--controller", url), stoker.err());
    assertTrue(stoker.out().contains("first\n") && stoker.out().contains("second\n"), stoker.out());
  }

  private void assertPrinted(String... expected) {
    assertEquals(List.of(expected), printed.stream().sorted().toList());
    printed.clear();
  }

  private String submit() throws Exception {
    var definition =
        new Jobs.Definition(
            new YAMLMapper().readTree(TEMPLATE), List.of(), Map.of(), "", List.of(), "p", 50, 3);
    return client.submit(definition, "key").jobId();
  }

  private List<Lease> lease(int tasks) {
    sequence++;
    var wish = new Leasing.Wish("s", tasks, "", "");
    return client.lease(node, new Leasing.Request(sequence, List.of(wish), 10_000)).leases();
  }

  private void log(Lease lease, long offset, String text) {
    assertEquals(text.length(), text.getBytes(StandardCharsets.UTF_8).length);
    client.log(lease.leaseId(), new LogChunk(lease.attempt(), offset, text));
  }

  private void finish(Lease lease, Finish.Outcome outcome) {
    if (outcome == Finish.Outcome.SUCCEEDED) {
      client.commit(
          lease.leaseId(),
          new Commit.Request(lease.attempt(), new Commit.Manifest(lease.fence(), List.of())));
    }
    client.finish(
        lease.leaseId(),
        new Finish.Request(lease.attempt(), outcome, 0, "", false, List.of(), 0, 0, 0));
  }
}
