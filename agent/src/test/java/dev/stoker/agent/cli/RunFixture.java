package dev.stoker.agent.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stoker.openjd.template.TemplateReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One fixture in the public conformance suite's format: a template that {@code openjd check}
 * accepts or refuses, or a job that {@code openjd run} runs, with what must be seen of it.
 */
record RunFixture(Path file, JsonNode document) {
  private static final Pattern EXIT_CODE = Pattern.compile("exited with code:\\s*(-?\\d+)");
  private static final Pattern TASK = Pattern.compile("--------- Running Task");

  static RunFixture read(Path file) throws IOException {
    String text = Files.readString(file);
    return new RunFixture(
        file,
        file.toString().endsWith(".test.yaml")
            ? TemplateReader.parse(text)
            : JsonMapper.builder().build().createObjectNode());
  }

  boolean runs() {
    return !document.isEmpty();
  }

  private boolean mustFail() {
    return file.getFileName().toString().contains(".invalid.");
  }

  /** Why it is not run here; empty when it is. */
  String notHere() {
    if (runs() && document.has("runOn") && !document.path("runOn").toString().contains("posix")) {
      return "not for this operating system";
    }
    for (String extension : new String[] {"EXPR", "WRAP_ACTIONS"}) {
      if (document.path("template").path("extensions").toString().contains(extension)) {
        return "needs the extension " + extension;
      }
    }
    return "";
  }

  /** Runs it; what is wrong, or empty. */
  String run(Path folder, Map<String, String> environment) throws IOException {
    CommandRun command = new CommandRun(folder, environment);
    int exitCode =
        runs()
            ? command.run(arguments(folder).toArray(String[]::new))
            : command.run("openjd", "check", file.toString());
    String output = command.out() + command.err();
    List<String> problems = new ArrayList<>();
    if (mustFail() || !runs()) {
      if (mustFail() == (exitCode == 0)) {
        problems.add("the exit code is " + exitCode);
      }
    } else {
      judge(exitCode, output, problems);
    }
    return problems.isEmpty() ? "" : String.join("; ", problems) + "\n" + output;
  }

  private List<String> arguments(Path folder) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("openjd", "run"));
    arguments.add(write(folder, "template.yaml", document.path("template").toString()));
    if (document.has("parameters")) {
      String file = write(folder, "parameters.yaml", document.path("parameters").toString());
      arguments.addAll(List.of("-p", "file://" + file));
    }
    for (int i = 0; i < document.path("environments").size(); i++) {
      String text = document.path("environments").get(i).toString();
      arguments.addAll(List.of("--env", write(folder, "env" + i + ".yaml", text)));
    }
    if (document.has("pathMapping")) {
      String rules =
          "{\"version\": \"pathmapping-1.0\", \"path_mapping_rules\": %s}"
              .formatted(document.path("pathMapping"));
      arguments.addAll(
          List.of("--path-mapping-rules", "file://" + write(folder, "rules.json", rules)));
    }
    return arguments;
  }

  private static String write(Path folder, String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private void judge(int exitCode, String output, List<String> problems) {
    JsonNode expected = document.path("expected");
    boolean failureWanted = expected.has("taskFailure");
    if (failureWanted == (exitCode == 0)) {
      problems.add("the exit code is " + exitCode);
    }
    JsonNode code = expected.path("taskFailure").path("exitCode");
    if (code.isNumber() && code.intValue() != firstFailure(output)) {
      problems.add("the failing action exited with " + firstFailure(output) + ", not " + code);
    }
    for (String key : new String[] {"output", "output_posix"}) {
      for (JsonNode wanted : expected.path(key)) {
        if (!contains(output, wanted)) {
          problems.add("missing: " + wanted);
        }
      }
    }
    for (String key : new String[] {"forbidden", "forbidden_posix"}) {
      for (JsonNode unwanted : expected.path(key)) {
        if (output.contains(unwanted.asText())) {
          problems.add("forbidden: " + unwanted);
        }
      }
    }
    int from = 0;
    for (JsonNode next : expected.path("outputSequence")) {
      int at = output.indexOf(next.asText(), from);
      if (at < 0) {
        problems.add("not in this order: " + next);
        break;
      }
      from = at + next.asText().length();
    }
    long tasks = TASK.matcher(output).results().count();
    if (expected.has("taskCount") && expected.path("taskCount").asLong() != tasks) {
      problems.add(tasks + " tasks ran, not " + expected.path("taskCount"));
    }
  }

  private static boolean contains(String output, JsonNode wanted) {
    if (!wanted.isObject()) {
      return output.contains(wanted.asText());
    }
    for (JsonNode one : wanted.path("anyOf")) {
      if (output.contains(one.asText())) {
        return true;
      }
    }
    return false;
  }

  private static int firstFailure(String output) {
    Matcher codes = EXIT_CODE.matcher(output);
    while (codes.find()) {
      if (!codes.group(1).equals("0")) {
        return Integer.parseInt(codes.group(1));
      }
    }
    return 0;
  }
}
