package dev.stoker.agent.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.agent.launch.SessionBinding;
import dev.stoker.agent.node.CpuSet;
import dev.stoker.openjd.expr.FormatString;
import dev.stoker.openjd.expr.SymbolTable;
import dev.stoker.openjd.expr.Value;
import dev.stoker.openjd.pathmap.PathFormat;
import dev.stoker.openjd.pathmap.PathMapping;
import dev.stoker.openjd.template.Action;
import dev.stoker.openjd.template.Cancelation;
import dev.stoker.openjd.template.EmbeddedFile;
import dev.stoker.openjd.template.EndOfLine;
import dev.stoker.openjd.template.Environment;
import dev.stoker.openjd.template.EnvironmentScript;
import dev.stoker.openjd.template.StepScript;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SessionTest {
  private static final Cancelation TERMINATE = new Cancelation.Terminate();

  @TempDir Path top;
  private final Heard heard = new Heard();
  private SessionFolders folders;
  private Session session;

  @BeforeEach
  void open() throws IOException {
    open(false);
  }

  private void open(boolean keepsRedacted) throws IOException {
    if (session != null) {
      end();
    }
    folders = SessionFolders.create(top.resolve("session"), null);
    session =
        Session.open(
            new SessionSettings(
                top.resolve("shim-1"),
                folders,
                SessionBinding.to(CpuSet.EMPTY, null),
                Map.of("PATH", "/usr/bin:/bin", "KEEP", "base"),
                UnaryOperator.identity(),
                SymbolTable.of(Map.of("Param.Scene", new Value.Text("shot.blend"))),
                new PathMapping(
                    List.of(new PathMapping.Rule(PathFormat.POSIX, "/mnt/show", "/here"))),
                keepsRedacted));
  }

  @AfterEach
  void end() throws IOException {
    session.close();
    folders.delete();
  }

  @Test
  void environmentsAreEnteredInOrderAndLeftInReverse() throws Exception {
    enter("A", "echo enter A", "echo leave A");
    enter("B", "echo enter B", "echo leave B");
    assertTrue(run("echo task").succeeded());
    assertTrue(session.leaveAll(heard).succeeded());
    assertEquals(List.of("enter A", "enter B", "task", "leave B", "leave A"), heard.lines);
  }

  @Test
  void afterAFailureOnlyLeavingIsLeft() throws Exception {
    enter("A", "true", "echo leave A");
    assertFalse(enter("B", "exit 3", "echo leave B").succeeded());
    assertEquals(Session.State.READY_ENDING, session.state());
    assertEquals(
        "Cannot run a task in a session that is READY_ENDING.",
        assertThrows(IllegalStateException.class, () -> run("echo no")).getMessage());
    session.leaveAll(heard);
    assertEquals(List.of("leave B", "leave A"), heard.lines);
  }

  @Test
  void variablesHoldWhileTheirEnvironmentDoes() throws Exception {
    Map<String, FormatString> variables = Map.of("SCENE", FormatString.parse("{{Param.Scene}}"));
    session.enter(
        new Environment(
            "A",
            null,
            script(
                "echo openjd_env: OWN=1; echo openjd_unset_env: KEEP; echo openjd_env: TWICE=1;"
                    + " echo openjd_unset_env: TWICE",
                "env | grep -c OWN=1"),
            variables),
        heard);
    heard.lines.clear();
    run("echo $SCENE $OWN ${KEEP-gone} ${TWICE-gone}");
    session.leaveAll(heard);
    assertEquals(List.of("shot.blend 1 gone gone", "1"), heard.lines);
    assertEquals(Session.State.READY, session.state());
    run("echo ${OWN-gone} $KEEP");
    assertEquals("gone base", heard.lines.getLast());
  }

  @Test
  void aSecretIsHiddenInEveryLineAndSetOnlyWithTheExtension() throws Exception {
    enter("A", "echo openjd_redacted_env: KEY=abc123; echo openjd_status: got abc123", null);
    run("echo ${KEY-unset}; echo abc123 leaks; exit 1");
    assertEquals(
        List.of(
            "openjd_redacted_env: KEY=********",
            "openjd_status: got ********",
            "unset",
            "******** leaks"),
        heard.lines);
    assertEquals(List.of("got ********"), heard.statuses);
    open(true);
    heard.lines.clear();
    enter("A", "echo openjd_redacted_env: KEY=abc123", null);
    run("echo $KEY; echo ${#KEY}");
    assertEquals(List.of("openjd_redacted_env: KEY=********", "********", "6"), heard.lines);
  }

  @Test
  void progressStatusAndTheReasonOfAFailureAreHeard() throws Exception {
    ActionResult result =
        run(
            "echo openjd_progress: 40; echo openjd_status: warming up; echo openjd_fail: no licence; exit 9");
    assertEquals(List.of(0.4), heard.fractions);
    assertEquals(List.of("warming up"), heard.statuses);
    assertEquals(
        new ActionResult(ActionResult.Outcome.FAILED, 9, "exited with code 9: no licence", false),
        result);
  }

  @Test
  void aSlipInADirectiveFailsTheAction() throws Exception {
    ActionResult result = enter("A", "echo openjd_env:A=b; sleep 300", null);
    assertEquals(
        "a line starts like openjd_env but is not 'openjd_env: NAME=VALUE'", result.message());
    assertEquals(ActionResult.Outcome.FAILED, result.outcome());
  }

  @Test
  void theLogLevelHidesOutputFromTheLogOnly() throws Exception {
    run("echo a; echo openjd_session_runtime_loglevel: ERROR; echo b");
    assertEquals(3, heard.lines.size());
    assertEquals(List.of("a"), heard.shown);
  }

  @Test
  void embeddedFilesAreWrittenBeforeTheAction() throws Exception {
    ActionResult result =
        session.runTask(
            new StepScript(
                action("{{Task.File.Go}}", List.of("x"), null, TERMINATE),
                List.of(
                    new EmbeddedFile(
                        "Go",
                        null,
                        true,
                        FormatString.parse(
                            "#!/bin/sh\ncat {{Task.File.Data}}; echo $1 {{Task.Param.Frame}}\n"),
                        EndOfLine.AUTO),
                    new EmbeddedFile(
                        "Data", "data.txt", false, FormatString.parse("a\nb\n"), EndOfLine.CRLF))),
            Map.of("Task.Param.Frame", new Value.Int(7)),
            heard);
    assertTrue(result.succeeded(), result::message);
    assertEquals(List.of("a", "b", "x 7"), heard.lines);
  }

  @Test
  void theWorkingFolderAndThePathMappingRulesAreThere() throws Exception {
    FormatString text =
        FormatString.parse(
            "pwd; echo {{Session.WorkingDirectory}}; cat {{Session.PathMappingRulesFile}}; echo; echo {{Session.HasPathMappingRules}}");
    session.runTask(
        new StepScript(
            new Action(
                FormatString.literal("sh"),
                List.of(FormatString.literal("-c"), text),
                null,
                TERMINATE),
            List.of()),
        Map.of(),
        heard);
    String work = folders.work().toString();
    assertEquals(
        List.of(
            work,
            work,
            "{\"version\":\"pathmapping-1.0\",\"path_mapping_rules\":[{\"source_path_format\":\"POSIX\","
                + "\"source_path\":\"/mnt/show\",\"destination_path\":\"/here\"}]}",
            "true"),
        heard.lines);
  }

  @Test
  void anActionThatNeverEndsIsStoppedAtItsTimeout() throws Exception {
    ActionResult result =
        session.runTask(
            new StepScript(action("sleep", List.of("300"), "1", TERMINATE), List.of()),
            Map.of(),
            heard);
    assertEquals(
        new ActionResult(
            ActionResult.Outcome.TIMED_OUT, 137, "took longer than its timeout of 1 s", false),
        result);
  }

  @Test
  void aNoticeComesBeforeTheKillAndSaysWhenItEnds() throws Exception {
    Cancelation notify = new Cancelation.NotifyThenTerminate(FormatString.literal("1"));
    Instant before = Instant.now();
    heard.onLine = line -> session.cancel(Duration.ofSeconds(100));
    ActionResult result =
        session.runTask(
            new StepScript(
                action(
                    "sh",
                    List.of(
                        "-c",
                        "trap 'echo noticed; cat cancel_info.json' TERM; echo up; while :; do sleep 0.05; done"),
                    null,
                    notify),
                List.of()),
            Map.of(),
            heard);
    assertEquals(
        new ActionResult(ActionResult.Outcome.CANCELED, 137, "was canceled", false), result);
    assertTrue(heard.lines.contains("noticed"), heard.lines::toString);
    String end =
        heard.lines.stream()
            .filter(line -> line.contains("NotifyEnd"))
            .findFirst()
            .orElseThrow()
            .replaceFirst(".*\"NotifyEnd\": \"(.*)\".*", "$1");
    assertTrue(Duration.between(before, Instant.parse(end)).compareTo(Duration.ofSeconds(10)) < 0);
  }

  @Test
  void aRendererThatObeysTheNoticeIsNotKilled() throws Exception {
    Cancelation notify = new Cancelation.NotifyThenTerminate(null);
    heard.onLine = line -> session.cancel(Duration.ofSeconds(100));
    ActionResult result =
        session.runTask(
            new StepScript(
                action(
                    "sh",
                    List.of("-c", "trap 'exit 5' TERM; echo up; while :; do sleep 0.05; done"),
                    null,
                    notify),
                List.of()),
            Map.of(),
            heard);
    assertEquals(5, result.exitCode());
    assertEquals(ActionResult.Outcome.CANCELED, result.outcome());
  }

  @Test
  void aCancelWithoutGraceKillsEvenWhoeverIsOwedANotice() throws Exception {
    heard.onLine = line -> session.cancel(Duration.ZERO);
    ActionResult result =
        session.runTask(
            new StepScript(
                action(
                    "sh",
                    List.of("-c", "trap '' TERM; echo up; while :; do sleep 0.05; done"),
                    null,
                    new Cancelation.NotifyThenTerminate(null)),
                List.of()),
            Map.of(),
            heard);
    assertEquals(137, result.exitCode());
  }

  @Test
  void anUnknownCommandIsNamed() throws Exception {
    ActionResult result =
        session.runTask(
            new StepScript(action("no-such-renderer", List.of(), null, TERMINATE), List.of()),
            Map.of(),
            heard);
    assertEquals(
        "could not be started (no-such-renderer: No such file or directory)", result.message());
  }

  @Test
  void theGapBetweenTwoNoOpActionsIsAFewMilliseconds() throws Exception {
    StepScript nothing = new StepScript(action("true", List.of(), null, TERMINATE), List.of());
    long[] micros = new long[60];
    for (int i = -20; i < micros.length; i++) {
      long start = System.nanoTime();
      assertTrue(session.runTask(nothing, Map.of(), heard).succeeded());
      if (i >= 0) {
        micros[i] = (System.nanoTime() - start) / 1000;
      }
    }
    Arrays.sort(micros);
    System.out.println(
        "session: no-op action, p50 "
            + micros[micros.length / 2]
            + " us, p90 "
            + micros[micros.length * 9 / 10]
            + " us");
    assertTrue(micros[micros.length / 2] < 50_000);
  }

  private ActionResult enter(String name, String onEnter, @Nullable String onExit)
      throws InterruptedException {
    return session.enter(new Environment(name, null, script(onEnter, onExit), Map.of()), heard);
  }

  private ActionResult run(String shell) throws InterruptedException {
    return session.runTask(new StepScript(shell(shell), List.of()), Map.of(), heard);
  }

  private static EnvironmentScript script(String onEnter, @Nullable String onExit) {
    return new EnvironmentScript(shell(onEnter), onExit == null ? null : shell(onExit), List.of());
  }

  private static Action shell(String script) {
    return action("sh", List.of("-c", script), null, TERMINATE);
  }

  private static Action action(
      String command, List<String> args, @Nullable String timeout, Cancelation cancelation) {
    return new Action(
        FormatString.parse(command),
        args.stream().map(FormatString::literal).toList(),
        timeout == null ? null : FormatString.literal(timeout),
        cancelation);
  }

  private static final class Heard implements SessionListener {
    private final List<String> lines = new ArrayList<>();
    private final List<String> shown = new ArrayList<>();
    private final List<Double> fractions = new ArrayList<>();
    private final List<String> statuses = new ArrayList<>();
    private java.util.function.Consumer<String> onLine = line -> {};

    @Override
    public void line(String text, boolean isShown) {
      lines.add(text);
      if (isShown) {
        shown.add(text);
      }
      onLine.accept(text);
    }

    @Override
    public void progress(double fraction) {
      fractions.add(fraction);
    }

    @Override
    public void status(String message) {
      statuses.add(message);
    }
  }
}
