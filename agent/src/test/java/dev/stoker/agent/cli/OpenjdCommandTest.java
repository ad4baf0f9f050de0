package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands that speak as the reference tool does; what runs is in OpenjdFixturesTest. */
class OpenjdCommandTest {
  private static final String JOB =
      """
      specificationVersion: jobtemplate-2023-09
      name: Shot {{Param.A}}
      parameterDefinitions:
      - {name: A, type: STRING, default: hello, description: What it says}
      - {name: N, type: INT, default: 2}
      jobEnvironments:
      - {name: Dcc, description: Stays open, variables: {V: "{{Param.A}}"}}
      steps:
      - name: Comp
        dependencies: [{dependsOn: Render}]
        script: {actions: {onRun: {command: echo, args: [comp]}}}
      - name: Render
        description: Frames
        parameterSpace:
          taskParameterDefinitions:
          - {name: F, type: INT, range: "1-{{Param.N}}"}
          - {name: L, type: STRING, range: [a, b]}
        stepEnvironments:
        - {name: Layer, variables: {W: x}}
        script: {actions: {onRun: {command: echo, args: ["task:{{Task.Param.F}}{{Task.Param.L}}"]}}}
      """;

  @TempDir Path folder;
  private CommandRun stoker;

  @BeforeEach
  void writeTemplate() throws IOException {
    Files.writeString(folder.resolve("job.yaml"), JOB);
    stoker =
        new CommandRun(
            folder,
            Map.of(
                "HOME",
                folder.toString(),
                "PATH",
                System.getenv("PATH"),
                "TMPDIR",
                folder.resolve("tmp").toString()));
  }

  @Test
  void aGoodTemplateIsToldInTheReferencesWords() {
    assertEquals(0, stoker.run("openjd", "check", "job.yaml"));
    assertEquals("Template at 'job.yaml' passes validation checks.\n", stoker.out());
  }

  @Test
  void allProblemsOfATemplateAreToldWithTheirPlaces() throws IOException {
    Files.writeString(
        folder.resolve("bad.yaml"), JOB.replace("STRING, default", "TEXT, default") + "more: 1\n");
    assertEquals(1, stoker.run("openjd", "check", "bad.yaml"));
    assertEquals(
        "ERROR: 'bad.yaml' failed checks: 2 problems", stoker.out().lines().findFirst().get());
    assertTrue(stoker.out().contains("\n  parameterDefinitions[0] -> type: "), stoker.out());
    assertTrue(stoker.out().contains("'more'"), stoker.out());
  }

  @Test
  void anExtensionIsAcceptedWhereItIsNamedOnly() throws IOException {
    Files.writeString(
        folder.resolve("x.yaml"), "extensions: [TASK_CHUNKING]\n" + JOB.replace("hello", "x"));
    assertEquals(0, stoker.run("openjd", "check", "x.yaml", "--extensions", "TASK_CHUNKING"));
    assertEquals(1, stoker.run("openjd", "check", "x.yaml", "--extensions", ""));
    assertEquals(
        "ERROR: 'x.yaml' failed checks: extensions[0]: The extension 'TASK_CHUNKING' is not supported.\n",
        stoker.out());
    assertEquals(1, stoker.run("openjd", "check", "x.yaml", "--extensions", "task_chunking,NOPE"));
    assertEquals("ERROR: Unsupported Open Job Description extension(s): NOPE\n", stoker.out());
  }

  @Test
  void theSummaryNamesEverythingInTheReferencesForm() {
    assertEquals(0, stoker.run("openjd", "summary", "job.yaml", "-p", "N=3"));
    assertEquals(
        """

        --- Summary for 'Shot hello' ---

        Parameters:
          - A (STRING): hello
          - N (INT): 3

        Total steps: 2
        Total tasks: 7
        Total environments: 2

        --- Steps in 'Shot hello' ---

        1. 'Comp' (1 total Tasks)
          1 dependencies

        2. 'Render' (6 total Tasks)
          Task parameters:
            - F (INT)
            - L (STRING)
          1 environments


        --- Environments in 'Shot hello' ---
          - Dcc (from 'root')
         Stays open
          - Layer (from 'Render')

        """,
        stoker.out());
  }

  @Test
  void aSummaryIsADocumentToo() throws IOException {
    stoker.run("openjd", "summary", "job.yaml", "--output", "json");
    JsonNode json = JsonMapper.builder().build().readTree(stoker.out());
    stoker.run("openjd", "summary", "job.yaml", "--output", "yaml");
    JsonNode yaml = new YAMLMapper().readTree(stoker.out());
    assertEquals(json.path("steps"), yaml.path("steps"));
    assertEquals("success", json.path("status").asText());
    assertEquals("What it says", json.at("/parameter_definitions/0/description").asText());
    assertEquals("Render", json.at("/steps/0/dependencies/0/step_name").asText());
    assertEquals(4, json.at("/steps/1/total_tasks").asLong());
    assertEquals(5, json.path("total_tasks").asLong());
    assertFalse(json.at("/steps/0").has("environments"), "what is empty is left out");
  }

  @Test
  void oneStepIsSummarised() {
    assertEquals(0, stoker.run("openjd", "summary", "job.yaml", "--step", "Render"));
    assertEquals(
        """

        --- Summary for Step 'Render' in Job 'Shot hello' ---

        Total tasks: 4
        Total task parameters: 2
        Total environments: 1

        Parameters:
        - F (INT)
        - L (STRING)

        Environments:
        - Layer (from 'Render')

        """,
        stoker.out());
    assertEquals(1, stoker.run("openjd", "summary", "job.yaml", "--step", "Nope"));
    assertEquals("Step 'Nope' does not exist in Job 'Shot hello'.\n", stoker.out());
  }

  @Test
  void stepsRunInTheOrderOfTheirDependencies() throws IOException {
    assertEquals(0, stoker.run("openjd", "run", "job.yaml"));
    assertEquals(
        List.of("task:1a", "task:1b", "task:2a", "task:2b", "comp"),
        messages().filter(line -> line.matches("task:.*|comp")).toList());
    assertTrue(stoker.out().contains("Session ended successfully"), stoker.out());
    assertTrue(stoker.out().contains("Chunks run: 5"), stoker.out());
    try (Stream<Path> left = Files.list(folder.resolve("tmp"))) {
      assertEquals(List.of(), left.toList(), "the session's folder is gone");
    }
  }

  @Test
  void aStepRunsAloneOrBehindWhatItNeeds() {
    stoker.run("openjd", "run", "job.yaml", "--step", "Comp", "--no-run-dependencies");
    assertFalse(stoker.out().contains("task:"), stoker.out());
    stoker.run("openjd", "run", "job.yaml", "--step", "Comp", "--run-dependencies");
    assertTrue(stoker.out().contains("task:2b"), stoker.out());
  }

  @Test
  void theTasksThatAreNamedRun() throws IOException {
    stoker.run("openjd", "run", "job.yaml", "--step", "Render", "-tp", "F=2", "-tp", "L=a");
    assertEquals(List.of("task:2a"), tasks());
    stoker.run("openjd", "run", "job.yaml", "--step", "Render", "--maximum-tasks", "3");
    assertEquals(List.of("task:1a", "task:1b", "task:2a"), tasks());
    String list = "[{\"F\": 2, \"L\": \"b\"}, {\"F\": \"1\", \"L\": \"a\"}]";
    stoker.run("openjd", "run", "job.yaml", "--step", "Render", "--tasks", list);
    assertEquals(List.of("task:2b", "task:1a"), tasks());
    Path file = Files.writeString(folder.resolve("tasks.yaml"), "- {F: 1, L: b}\n");
    stoker.run("openjd", "run", "job.yaml", "--step", "Render", "--tasks", "file://" + file);
    assertEquals(List.of("task:1b"), tasks());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "-tp F=9 -tp L=a|Errors defining task parameter values: - Task 0: {F=9, L=a} is not in the step's parameter space.",
        "-tp F=1|Errors defining task parameter values: - Task 0: the task parameter 'L' has no value.",
        "-tp F=1 -tp L|Found the following errors collecting Task parameters: - Task parameter 'L' defined incorrectly. Expected '<NAME>=<VALUE>' format.",
        "--tasks {}|ERROR: --tasks argument must be a list of maps from task parameter name to string or number.",
        "--step Nope|No Step with name 'Nope' is defined in the given Job Template.",
        "-p N|ERROR generating Job: Job parameter string ('N') not formatted correctly. It must be key=value pairs, inline JSON, or a path to a JSON or YAML document prefixed with 'file://'.",
        "-p file://none.yaml|ERROR generating Job: Parameter file 'none.yaml' does not exist.",
        "-p X=1|ERROR generating Job: A value is given for the parameter 'X', which no template defines.",
        "--env none.yaml|ERROR: 'none.yaml' does not exist.",
        "--path-mapping-rules []|ERROR: Path mapping rules: The path mapping document has no \"version\": \"pathmapping-1.0\".",
      })
  void whatCannotBeRunIsSaidAndNothingRuns(String options, String message) {
    String step = options.startsWith("--step") ? "" : "--step Render ";
    String[] line = ("openjd run job.yaml " + step + options).split(" ");
    assertEquals(1, stoker.run(line));
    assertEquals(message, stoker.out().strip().replaceAll("\\s+", " "));
  }

  @Test
  void optionsThatExcludeEachOtherAreAMistakeOfUsage() {
    assertEquals(2, stoker.run("openjd", "run", "job.yaml", "--maximum-tasks", "1", "-tp", "F=1"));
    assertEquals(
        "stoker: Use one of --task-param, --tasks and --maximum-tasks (see 'stoker openjd run --help')\n",
        stoker.err());
    assertEquals(2, stoker.run("openjd", "run", "job.yaml", "--timestamp-format", "noon"));
    assertEquals(
        "stoker: '--timestamp-format noon' is none of relative, local, utc (see 'stoker openjd run --help')\n",
        stoker.err());
  }

  @Test
  void parametersComeFromFilesJsonAndPairsAndTheLastWins() throws IOException {
    Path file = Files.writeString(folder.resolve("p.yaml"), "A: file\nN: 1\n");
    stoker.run(
        "openjd",
        "summary",
        "job.yaml",
        "-p",
        "file://" + file,
        "-p",
        "{\"A\": \"json\"}",
        "-p",
        "A=pair=2");
    assertTrue(stoker.out().contains("- A (STRING): pair=2\n  - N (INT): 1\n"), stoker.out());
  }

  @Test
  void aDocumentHoldsTheLogWithItsTimes() throws IOException {
    stoker.run(
        "openjd", "run", "job.yaml", "--output", "json", "--timestamp-format", "utc", "--preserve");
    JsonNode json = JsonMapper.builder().build().readTree(stoker.out());
    assertEquals("success", json.path("status").asText());
    assertEquals(5, json.path("chunks_run").asInt());
    List<String> messages = json.path("logs").findValuesAsText("message");
    assertTrue(messages.contains("task:2b"), messages::toString);
    assertTrue(
        json.at("/logs/0/timestamp").asText().matches("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+\\+00:00"),
        stoker.out());
    String place =
        json.path("message").asText().replaceFirst("(?s).*Working directory preserved at: ", "");
    assertTrue(Files.isDirectory(Path.of(place)), place);
  }

  @Test
  void aSignalEndsTheRunAndLeavesItsEnvironments() throws Exception {
    Files.writeString(
        folder.resolve("slow.yaml"),
        """
        specificationVersion: jobtemplate-2023-09
        name: Slow
        jobEnvironments:
        - name: E
          script: {actions: {onEnter: {command: "true"}, onExit: {command: echo, args: [left it]}}}
        steps:
        - name: S
          script: {actions: {onRun: {command: sh, args: [-c, "echo up; sleep 300"]}}}
        """);
    Process process =
        StokerProcess.builder(folder, "openjd", "run", "slow.yaml")
            .redirectErrorStream(true)
            .start();
    StringBuilder said = new StringBuilder();
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        said.append(line).append('\n');
        if (line.endsWith("\tup")) {
          process.toHandle().destroy(); // SIGTERM; Process.destroy closes our end too
        }
      }
      assertTrue(process.waitFor(20, TimeUnit.SECONDS));
    } finally {
      process.destroyForcibly();
    }
    assertEquals(1, process.exitValue());
    assertTrue(said.toString().contains("\tleft it"), said::toString);
    assertTrue(said.toString().contains("Session ended with errors"), said::toString);
  }

  @Test
  void theShimScriptCallsStoker() throws Exception {
    Path root = Path.of(System.getProperty("stoker.root"));
    Path shim = Files.copy(root.resolve("deploy/dist/openjd"), folder.resolve("openjd"));
    Path fake =
        Files.writeString(folder.resolve("stoker"), "#!/bin/sh\necho \"stoker:$*\"\nexit 3\n");
    for (Path file : List.of(shim, fake)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Process process = new ProcessBuilder(shim.toString(), "check", "a b.yaml").start();
    assertTrue(process.waitFor(20, TimeUnit.SECONDS));
    assertEquals(3, process.exitValue());
    assertEquals(
        "stoker:openjd check a b.yaml\n",
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
  }

  private List<String> tasks() {
    return messages().filter(line -> line.startsWith("task:")).toList();
  }

  private Stream<String> messages() {
    return stoker.out().lines().map(line -> line.substring(line.indexOf('\t') + 1));
  }
}
