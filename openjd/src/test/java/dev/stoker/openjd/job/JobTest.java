package dev.stoker.openjd.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.openjd.expr.Value;
import dev.stoker.openjd.param.DataFlow;
import dev.stoker.openjd.param.JobParameter;
import dev.stoker.openjd.param.JobParameterType;
import dev.stoker.openjd.param.ObjectType;
import dev.stoker.openjd.pathmap.PathFormat;
import dev.stoker.openjd.pathmap.PathMapping;
import dev.stoker.openjd.template.Cancelation;
import dev.stoker.openjd.template.EnvironmentTemplate;
import dev.stoker.openjd.template.Extension;
import dev.stoker.openjd.template.JobTemplate;
import dev.stoker.openjd.template.TemplateReader;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JobTest {
  private static final Path TEMPLATES = Path.of("/bundles/shot");
  private static final Path CURRENT = Path.of("/home/artist");

  private static final String PARAMETERS =
      """
      specificationVersion: jobtemplate-2023-09
      name: "{{Param.Show}}-{{Param.Frame}}"
      parameterDefinitions:
        - {name: Show, type: STRING, default: moon, minLength: 3}
        - {name: Frame, type: INT, minValue: 1, maxValue: 10}
        - {name: Scale, type: FLOAT, default: 1.50, allowedValues: [1.5, 2]}
        - {name: Scene, type: PATH, objectType: FILE, dataFlow: IN, default: scenes/a.blend}
        - {name: Out, type: PATH}
      steps:
        - name: Render
          script: {actions: {onRun: {command: render}}}
      """;

  @Test
  void parametersGetTypedValuesInTheTemplatesOrder() {
    Job job = job(PARAMETERS, Map.of("Frame", " 007", "Out", "../out"));
    assertEquals(
        List.of(
            new JobParameter(
                "Show",
                JobParameterType.STRING,
                new Value.Text("moon"),
                ObjectType.DIRECTORY,
                DataFlow.NONE),
            new JobParameter(
                "Frame",
                JobParameterType.INT,
                new Value.Int(7),
                ObjectType.DIRECTORY,
                DataFlow.NONE),
            new JobParameter(
                "Scale",
                JobParameterType.FLOAT,
                new Value.Decimal(new BigDecimal("1.50"), "1.50"),
                ObjectType.DIRECTORY,
                DataFlow.NONE),
            new JobParameter(
                "Scene",
                JobParameterType.PATH,
                new Value.PathText("/bundles/shot/scenes/a.blend"),
                ObjectType.FILE,
                DataFlow.IN),
            new JobParameter(
                "Out",
                JobParameterType.PATH,
                new Value.PathText("/home/out"),
                ObjectType.DIRECTORY,
                DataFlow.NONE)),
        List.copyOf(job.parameters().values()));
    assertEquals("moon-7", job.name());
  }

  @Test
  void allWrongValuesAreReportedAtOnce() {
    refused(
        PARAMETERS,
        Map.of("Show", "x", "Frame", "11", "Scale", "3", "Colour", "red"),
        "The value of the parameter 'Show', 'x', has 1 characters, fewer than the 3 required.",
        "The value of the parameter 'Frame', '11', is greater than the greatest value allowed, 10.",
        "The value of the parameter 'Scale', '3', is none of the allowed values ['1.5', '2'].",
        "The parameter 'Out' has no value; give one, it has no default.",
        "A value is given for the parameter 'Colour', which no template defines.");
    refused(
        PARAMETERS,
        Map.of("Frame", "first", "Out", "/x"),
        "The value of the parameter 'Frame', 'first', is not a 64-bit integer in base 10.");
  }

  @Test
  void pathsOfAnotherSystemStayAsTheyWereSubmitted() {
    Job job = job(PARAMETERS, Map.of("Frame", "1", "Out", "P:\\show\\out"));
    assertEquals("P:\\show\\out", job.parameters().get("Out").value().text());
  }

  @Test
  void anEmptyPathStaysEmpty() {
    Job job = job(PARAMETERS, Map.of("Frame", "1", "Out", ""));
    assertEquals("", job.parameters().get("Out").value().text());
  }

  @Test
  void aPathDefaultStaysWithinTheTemplatesFolder() {
    refused(
        pathDefault("a/../../b"),
        Map.of(),
        "The default of the parameter 'P', 'a/../../b', leads out of the template's folder.");
    refused(
        pathDefault("/tmp/a"),
        Map.of(),
        "The default of the parameter 'P', '/tmp/a', is absolute; it must be relative to the"
            + " template's folder.");
    assertEquals(
        "/bundles/shot/..name/b",
        job(pathDefault("./..name/x/../b"), Map.of()).parameters().get("P").value().text());
  }

  @Test
  void aPathDefaultNeedsATemplateFolder() {
    JobTemplate template = template(pathDefault("a"));
    JobException refusal =
        assertThrows(
            JobException.class, () -> Job.create(template, List.of(), Map.of(), null, CURRENT));
    assertEquals(
        List.of(
            "The default of the parameter 'P', 'a', is relative to the template's folder, which is not"
                + " known; give a value."),
        refusal.problems());
    assertEquals(
        "/x",
        Job.create(template, List.of(), Map.of("P", "/x"), null, CURRENT)
            .parameters()
            .get("P")
            .value()
            .text());
  }

  private static String pathDefault(String path) {
    return """
        specificationVersion: jobtemplate-2023-09
        name: Shot
        parameterDefinitions: [{name: P, type: PATH, default: "%s"}]
        steps: [{name: S, script: {actions: {onRun: {command: a}}}}]
        """
        .formatted(path);
  }

  @Test
  void definitionsOfSeveralTemplatesTightenEachOther() {
    String environment =
        """
        specificationVersion: environment-2023-09
        parameterDefinitions:
          - {name: Frame, type: INT, minValue: 3, maxValue: 100, default: 9}
          - {name: Show, type: STRING, allowedValues: [moon, mars]}
          - {name: Licence, type: STRING, default: farm}
        environment: {name: Studio, variables: {A: "{{Param.Licence}}"}}
        """;
    Job job = job(PARAMETERS, Map.of("Out", "/o"), environment);
    assertEquals(
        List.of("Frame", "Show", "Licence", "Scale", "Scene", "Out"),
        List.copyOf(job.parameters().keySet()));
    assertEquals("9", job.parameters().get("Frame").value().text());
    refused(
        PARAMETERS,
        Map.of("Out", "/o", "Frame", "2", "Show", "venus"),
        List.of(environment),
        "The value of the parameter 'Frame', '2', is less than the least value allowed, 3.",
        "The value of the parameter 'Show', 'venus', is none of the allowed values ['moon', 'mars'].");
  }

  @Test
  void templatesThatContradictEachOtherAreRefused() {
    refused(
        PARAMETERS,
        Map.of(),
        List.of(
            """
            specificationVersion: environment-2023-09
            parameterDefinitions:
              - {name: Frame, type: INT, minValue: 11}
              - {name: Scene, type: PATH, dataFlow: OUT}
              - {name: Out, type: STRING}
              - {name: Scale, type: FLOAT, allowedValues: [4]}
            environment: {name: Studio, variables: {A: b}}
            """),
        "The parameter 'Scene' has the dataFlow OUT in the environment template 'Studio' and IN in the"
            + " job template; they must agree.",
        "The parameter 'Out' has the type STRING in the environment template 'Studio' and PATH in the"
            + " job template; they must agree.",
        "The templates contradict each other about the parameter 'Frame': the least value 11 is greater"
            + " than the greatest, 10.",
        "The templates contradict each other about the parameter 'Scale': the allowed values have none"
            + " in common.");
  }

  @Test
  void aDefaultMustSatisfyAllTemplatesEvenWhereAValueIsGiven() {
    refused(
        PARAMETERS,
        Map.of("Frame", "5", "Out", "/o", "Show", "saturn"),
        List.of(
            """
            specificationVersion: environment-2023-09
            parameterDefinitions: [{name: Show, type: STRING, minLength: 5}]
            environment: {name: Studio, variables: {A: b}}
            """),
        "The default of the parameter 'Show', 'moon', has 4 characters, fewer than the 5 required.");
  }

  @Test
  void environmentsOfOthersAreEnteredFirst() {
    String template =
        """
        specificationVersion: jobtemplate-2023-09
        extensions: [FEATURE_BUNDLE_1]
        name: Shot
        parameterDefinitions: [{name: T, type: INT, default: 30}]
        jobEnvironments:
          - name: Own
            script:
              actions: {onEnter: {command: a, timeout: "{{Param.T}}", cancelation: {mode: NOTIFY_THEN_TERMINATE, notifyPeriodInSeconds: "{{Param.T}}"}}}
        steps: [{name: S, script: {actions: {onRun: {command: "{{Param.T}}"}}}}]
        """;
    Job job =
        job(
            template,
            Map.of(),
            "{specificationVersion: environment-2023-09, environment: {name: First, variables: {A: b}}}",
            "{specificationVersion: environment-2023-09, environment: {name: Second, variables: {A: b}}}");
    assertEquals(
        List.of("First", "Second", "Own"),
        job.environments().stream().map(environment -> environment.name()).toList());
    var onEnter = job.environments().get(2).script().onEnter();
    assertEquals(30, onEnter.timeoutSeconds().orElseThrow());
    assertEquals(
        30,
        ((Cancelation.NotifyThenTerminate) onEnter.cancelation())
            .notifyPeriodSeconds()
            .orElseThrow());
    assertEquals("{{Param.T}}", job.steps().getFirst().script().onRun().command().source());
    refused(
        template,
        Map.of("T", "601"),
        "jobEnvironments[0] -> script -> actions -> onEnter -> cancelation -> notifyPeriodInSeconds: It"
            + " is 601; it must be 1 to 600.");
  }

  @Test
  void whatOnlyShowsOnceValuesAreFilledInIsReportedWithItsPlace() {
    refused(
        """
        specificationVersion: jobtemplate-2023-09
        extensions: [TASK_CHUNKING, FEATURE_BUNDLE_1]
        name: "{{Param.Long}}"
        parameterDefinitions:
          - {name: Long, type: STRING, default: "%s"}
          - {name: Word, type: STRING, default: "not valid!"}
          - {name: Zero, type: INT, default: 0}
        steps:
          - name: Render
            hostRequirements:
              amounts: [{name: "amount.{{Param.Word}}", min: "{{Param.Word}}"}]
              attributes: [{name: attr.x, anyOf: ["{{Param.Word}}"]}]
            parameterSpace:
              taskParameterDefinitions:
                - {name: F, type: "CHUNK[INT]", range: "{{Param.Word}}", chunks: {defaultTaskCount: "{{Param.Zero}}", rangeConstraint: CONTIGUOUS}}
                - {name: I, type: INT, range: ["{{Param.Word}}"]}
            script: {actions: {onRun: {command: a, timeout: "{{Param.Zero}}"}}}
        """
            .formatted("n".repeat(513)),
        Map.of(),
        "name: The job's name has 513 characters once its parameters are filled in; at most 512 are"
            + " allowed.",
        "steps[0] -> hostRequirements -> amounts[0] -> name: 'amount.not valid!' is not a name of the"
            + " form 'amount.NAME' or 'VENDOR:amount.NAME'.",
        "steps[0] -> hostRequirements -> amounts[0] -> min: 'not valid!' is not a number in base 10.",
        "steps[0] -> hostRequirements -> attributes[0] -> anyOf[0]: 'not valid!' is not letters, digits,"
            + " underscores and hyphens, the first a letter or underscore.",
        "steps[0] -> script -> actions -> onRun -> timeout: It is 0; it must be 1 or more.",
        "steps[0] -> parameterSpace -> taskParameterDefinitions[0] -> range: It is no range: the range"
            + " expression 'not valid!' has 'n' at character 1 where an integer is expected.",
        "steps[0] -> parameterSpace -> taskParameterDefinitions[1] -> range[0]: 'not valid!' is not a"
            + " 64-bit integer in base 10.");
  }

  @Test
  void aJobCarriesWhatSchedulersAndSessionsNeed() {
    Job job =
        job(
            """
            specificationVersion: jobtemplate-2023-09
            extensions: [TASK_CHUNKING]
            name: Shot
            parameterDefinitions:
              - {name: Frames, type: STRING, default: 1-12}
              - {name: Scene, type: PATH}
            steps:
              - name: Render
                hostRequirements:
                  amounts: [{name: amount.worker.gpu, min: 1}]
                  attributes: [{name: attr.worker.os.family, anyOf: [linux]}]
                parameterSpace:
                  taskParameterDefinitions:
                    - {name: F, type: "CHUNK[INT]", range: "{{Param.Frames}}", chunks: {defaultTaskCount: 5, targetRuntimeSeconds: 600, rangeConstraint: CONTIGUOUS}}
                script: {actions: {onRun: {command: "render", args: ["{{Param.Scene}}", "{{RawParam.Scene}}", "{{Task.Param.F}}"]}}}
              - name: Comp
                dependencies: [{dependsOn: Render}]
                script: {actions: {onRun: {command: comp}}}
            """,
            Map.of("Scene", "/mnt/nas/a.blend"));
    Step render = job.step("Render").orElseThrow();
    assertEquals(
        new BigDecimal("1"),
        render.hostRequirements().amount("AMOUNT.worker.gpu").orElseThrow().min());
    assertEquals(
        List.of("linux"),
        render.hostRequirements().attribute("attr.worker.os.family").orElseThrow().anyOf());
    assertEquals(3, render.space().size());
    assertEquals(600, render.space().chunking().orElseThrow().targetRuntimeSeconds());
    assertEquals(List.of("Render"), job.step("Comp").orElseThrow().dependencies());
    assertEquals(HostRequirements.NONE, job.step("Comp").orElseThrow().hostRequirements());
    assertTrue(job.step("Other").isEmpty());
    assertEquals(List.of("Scene"), job.pathParameters().stream().map(JobParameter::name).toList());

    PathMapping mapping =
        new PathMapping(List.of(new PathMapping.Rule(PathFormat.POSIX, "/mnt/nas", "/assets")));
    var symbols = job.symbols(render.space().get(1), mapping);
    assertEquals(
        List.of("/assets/a.blend", "/mnt/nas/a.blend", "5-8"),
        render.script().onRun().args().stream().map(arg -> arg.resolve(symbols)).toList());
  }

  private static Job job(String template, Map<String, String> values, String... environments) {
    return Job.create(
        template(template),
        Arrays.stream(environments).map(JobTest::environment).toList(),
        values,
        TEMPLATES,
        CURRENT);
  }

  private static void refused(String template, Map<String, String> values, String... problems) {
    refused(template, values, List.of(), problems);
  }

  private static void refused(
      String template, Map<String, String> values, List<String> environments, String... problems) {
    JobException refusal =
        assertThrows(
            JobException.class, () -> job(template, values, environments.toArray(String[]::new)));
    assertEquals(String.join("\n", problems), String.join("\n", refusal.problems()));
  }

  private static JobTemplate template(String text) {
    return JobTemplate.decode(TemplateReader.parse(text), Extension.ALL);
  }

  private static EnvironmentTemplate environment(String text) {
    return EnvironmentTemplate.decode(TemplateReader.parse(text), Extension.ALL);
  }
}
