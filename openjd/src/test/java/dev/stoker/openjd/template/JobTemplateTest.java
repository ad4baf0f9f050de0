package dev.stoker.openjd.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whole messages: what an author reads. That each rule is kept at all is for the fixtures. */
final class JobTemplateTest {
  private static final String STEP =
      """
      steps:
        - name: Render
          script: {actions: {onRun: {command: render}}}
      """;

  @Test
  void allProblemsAreReportedAtOnceWithTheirPaths() {
    refused(
        """
        specificationVersion: jobtemplate-2023-09
        name: ""
        colour: red
        parameterDefinitions:
          - {name: 1st, type: INT, default: x}
          - {name: Quality, type: TEXT}
        jobEnvironments:
          - {name: Studio}
        steps:
          - name: Render
            dependencies: [{dependsOn: Simulate}]
            script:
              embeddedFiles: [{name: run, type: TEXT}]
              actions:
                onRun: {args: ["{{Param.Missing}}", 5], timeout: -1}
        """,
        "The key 'colour' is not known here.",
        "name: The text must not be empty.",
        "parameterDefinitions[0] -> name: The text must be an identifier: letters, digits and"
            + " underscores, the first no digit.",
        "parameterDefinitions[0] -> default: 'x' is not a 64-bit integer in base 10.",
        "parameterDefinitions[1] -> type: 'TEXT' is none of [STRING, PATH, INT, FLOAT].",
        "jobEnvironments[0]: An environment must have a script, variables, or both.",
        "steps[0] -> script -> actions -> onRun: The key 'command' is missing.",
        "steps[0] -> script -> actions -> onRun -> args[0]: 'Param.Missing' is not defined here.",
        "steps[0] -> script -> actions -> onRun -> args[1]: It must be a string, not 5.",
        "steps[0] -> script -> actions -> onRun -> timeout: It is -1; it must be 1 or more.",
        "steps[0] -> script -> embeddedFiles[0]: The key 'data' is missing.",
        "steps[0] -> dependencies[0]: There is no step named 'Simulate'.");
  }

  @Test
  void aNameOutOfItsScopeIsToldFromAnUnknownOne() {
    refused(
        """
        specificationVersion: jobtemplate-2023-09
        name: "{{Param.Scene}} {{Session.WorkingDirectory}} {{Task.Param.Frame}}"
        parameterDefinitions: [{name: Scene, type: PATH}]
        """
            + STEP,
        "name: 'Param.Scene' is not known before a session runs; use 'RawParam.Scene' for the path as"
            + " submitted.",
        "name: 'Session.WorkingDirectory' is not known before a session runs.",
        "name: 'Task.Param.Frame' is not defined here.");
  }

  @Test
  void anUnsupportedExtensionIsAllThatIsReported() {
    refused(
        """
        specificationVersion: jobtemplate-2023-09
        extensions: [TASK_CHUNKING, EXPR, lower]
        colour: red
        """,
        "extensions[1]: The extension 'EXPR' is not supported.",
        "extensions[2]: The text must be capital letters, digits and underscores.");
  }

  @Test
  void anExtensionThatTheCallerDoesNotSupportIsRefused() {
    TemplateException refusal =
        assertThrows(
            TemplateException.class,
            () ->
                JobTemplate.decode(
                    TemplateReader.parse(
                        "{specificationVersion: jobtemplate-2023-09, extensions: [TASK_CHUNKING]}"),
                    EnumSet.noneOf(Extension.class)));
    assertEquals(
        List.of(new Problem("extensions[0]", "The extension 'TASK_CHUNKING' is not supported.")),
        refusal.problems());
  }

  @Test
  void whatBelongsToAnExtensionSaysWhich() {
    refused(
        """
        specificationVersion: jobtemplate-2023-09
        name: Shot
        parameterDefinitions: [{name: T, type: INT}]
        steps:
          - name: Render
            let: [a = 1]
            parameterSpace:
              taskParameterDefinitions:
                - {name: F, type: "CHUNK[INT]", range: "1-9", chunks: {defaultTaskCount: 1, rangeConstraint: CONTIGUOUS}}
            script:
              embeddedFiles: [{name: run, type: TEXT, data: x, endOfLine: LF}]
              actions: {onRun: {command: a, timeout: "{{Param.T}}"}}
          - name: Short
            python: {script: pass}
        """,
        "steps[0]: The key 'let' is not known here (it needs the extension EXPR, which is not"
            + " supported).",
        "steps[0] -> parameterSpace -> taskParameterDefinitions[0] -> type: The type CHUNK[INT] needs"
            + " the extension TASK_CHUNKING.",
        "steps[0] -> script -> actions -> onRun -> timeout: A format string in place of a number needs"
            + " the extension FEATURE_BUNDLE_1.",
        "steps[0] -> script -> embeddedFiles[0] -> endOfLine: The key 'endOfLine' needs the extension"
            + " FEATURE_BUNDLE_1.",
        "steps[1] -> python: The key 'python' needs the extension FEATURE_BUNDLE_1.",
        "steps[1]: The key 'script' is missing.");
  }

  @Test
  void aDefinitionThatContradictsItselfIsReportedInFull() {
    refused(
        """
        specificationVersion: jobtemplate-2023-09
        name: Shot
        parameterDefinitions:
          - {name: N, type: INT, default: 11, minValue: 5, maxValue: 4, allowedValues: [1, 2]}
        """
            + STEP,
        "parameterDefinitions[0]: the least value 5 is greater than the greatest, 4.",
        "parameterDefinitions[0]: the allowed value '1' is less than the least value allowed, 5.",
        "parameterDefinitions[0]: the allowed value '2' is less than the least value allowed, 5.",
        "parameterDefinitions[0]: the default '11' is greater than the greatest value allowed, 4.",
        "parameterDefinitions[0]: the default '11' is none of the allowed values ['1', '2'].");
  }

  @Test
  void stepsInACircleAreNamed() {
    refused(
        """
        specificationVersion: jobtemplate-2023-09
        name: Shot
        steps:
          - {name: A, dependencies: [{dependsOn: C}], script: {actions: {onRun: {command: a}}}}
          - {name: B, dependencies: [{dependsOn: A}], script: {actions: {onRun: {command: a}}}}
          - {name: C, dependencies: [{dependsOn: B}], script: {actions: {onRun: {command: a}}}}
          - {name: D, dependencies: [{dependsOn: D}], script: {actions: {onRun: {command: a}}}}
        """,
        "steps[3] -> dependencies[0]: The step depends on itself.",
        "steps: The steps [A, B, C] depend on each other in a circle.");
  }

  @Test
  void hostRequirementsSayWhatIsAllowed() {
    refused(
        """
        specificationVersion: jobtemplate-2023-09
        name: Shot
        steps:
          - name: Render
            hostRequirements:
              amounts:
                - {name: amount.worker.cores, min: 1}
                - {name: vcpu, min: 2, max: 1}
              attributes:
                - {name: attr.worker.os.family, anyOf: [plan9], allOf: [linux, windows]}
            script: {actions: {onRun: {command: a}}}
        """,
        "steps[0] -> hostRequirements -> amounts[0] -> name: 'amount.worker.cores' is not defined by"
            + " the specification, which reserves names in 'worker' for itself.",
        "steps[0] -> hostRequirements -> amounts[1] -> name: 'vcpu' is not a name of the form"
            + " 'amount.NAME' or 'VENDOR:amount.NAME'.",
        "steps[0] -> hostRequirements -> amounts[1]: The min, 2, is greater than the max, 1.",
        "steps[0] -> hostRequirements -> attributes[0] -> allOf: A node has one value for"
            + " attr.worker.os.family; it cannot have all of several.",
        "steps[0] -> hostRequirements -> attributes[0] -> anyOf[0]: 'plan9' is none of the values of"
            + " attr.worker.os.family: [linux, windows, macos].");
  }

  @Test
  void theShortFormOfAScriptIsWrittenOut() {
    JobTemplate template =
        JobTemplate.decode(
            TemplateReader.parse(
                """
                specificationVersion: jobtemplate-2023-09
                extensions: [FEATURE_BUNDLE_1]
                name: Shot
                steps:
                  - name: Render
                    cmd: {script: "echo", args: [-v], timeout: 5}
                """),
            Extension.ALL);
    StepScript script = template.steps().getFirst().script();
    assertEquals("cmd", script.onRun().command().source());
    assertEquals(
        List.of("/C", "{{Task.File.SimpleAction}}", "-v"),
        script.onRun().args().stream().map(Object::toString).toList());
    assertEquals(5, script.onRun().timeoutSeconds().orElseThrow());
    assertEquals("simple_action.bat", script.embeddedFiles().getFirst().filename());
    assertEquals(Set.of(Extension.FEATURE_BUNDLE_1), template.extensions());
  }

  @Test
  void aDocumentOfAnotherKindIsNotReadAsAJobTemplate() {
    refused(
        "specificationVersion: environment-2023-09",
        "specificationVersion: 'environment-2023-09' is not 'jobtemplate-2023-09', the only version"
            + " supported here.");
    refused("[1]", "It must be a map, not a list.");
    refused("{}", "The key 'specificationVersion' is missing.");
  }

  @Test
  void aHostileTemplateIsAnsweredInAFewSentences() {
    String text =
        "specificationVersion: jobtemplate-2023-09\nname: Shot\nsteps:\n"
            + "- {a: 1, b: 2}\n".repeat(20_000)
            + "- "
            + "x".repeat(1_000_000);
    TemplateException refusal =
        assertTimeoutPreemptively(
            Duration.ofSeconds(20),
            () ->
                assertThrows(
                    TemplateException.class,
                    () -> JobTemplate.decode(TemplateReader.parse(text), Extension.ALL)));
    assertEquals(1001, refusal.problems().size());
    assertEquals(
        new Problem("", "There are more problems than these first 1000."),
        refusal.problems().getLast());
  }

  private static void refused(String text, String... messages) {
    TemplateException refusal =
        assertThrows(
            TemplateException.class,
            () -> JobTemplate.decode(TemplateReader.parse(text), Extension.ALL));
    assertEquals(
        String.join("\n", messages),
        String.join("\n", refusal.problems().stream().map(Problem::toString).toList()));
  }
}
