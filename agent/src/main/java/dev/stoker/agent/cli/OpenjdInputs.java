package dev.stoker.agent.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.openjd.job.Job;
import dev.stoker.openjd.job.JobException;
import dev.stoker.openjd.pathmap.PathMapping;
import dev.stoker.openjd.template.EnvironmentTemplate;
import dev.stoker.openjd.template.Extension;
import dev.stoker.openjd.template.JobTemplate;
import dev.stoker.openjd.template.TemplateException;
import dev.stoker.openjd.template.TemplateReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@code openjd} commands are given: templates, parameters, rules. Whatever is wrong
 * becomes an {@link OpenjdResult.Failure} that names it.
 *
 * @param supported the extensions that templates may ask for
 */
record OpenjdInputs(Context context, Set<Extension> supported) {
  private static final String FILE = "file://";

  /** A template with the job that was made of it. */
  record Made(JobTemplate template, Job job) {}

  /** Validates a template of either kind. */
  void check(String name) {
    JsonNode document = document(name, "ERROR: ");
    String version = document.path("specificationVersion").asText("");
    if (!document.has("specificationVersion")) {
      throw new OpenjdResult.Failure("ERROR: Missing field 'specificationVersion'");
    }
    switch (version) {
      case JobTemplate.SPECIFICATION_VERSION ->
          decode(name, document, node -> JobTemplate.decode(node, supported));
      case EnvironmentTemplate.SPECIFICATION_VERSION ->
          decode(name, document, node -> EnvironmentTemplate.decode(node, supported));
      default ->
          throw new OpenjdResult.Failure(
              "ERROR: Unknown template 'specificationVersion' (" + version + ").");
    }
  }

  /**
   * Makes a job.
   *
   * @param parameters values of {@code -p}
   * @param environments files of {@code --env}
   */
  Made job(String name, List<String> parameters, List<String> environments) {
    JobTemplate template =
        decode(name, document(name, "ERROR: "), node -> JobTemplate.decode(node, supported));
    List<EnvironmentTemplate> outer = new ArrayList<>();
    for (String environment : environments) {
      outer.add(
          decode(
              environment,
              document(environment, "ERROR: "),
              node -> EnvironmentTemplate.decode(node, supported)));
    }
    Path folder = context.folder().resolve(name).toAbsolutePath().normalize().getParent();
    try {
      return new Made(
          template, Job.create(template, outer, values(parameters), folder, context.folder()));
    } catch (JobException e) {
      throw new OpenjdResult.Failure("ERROR generating Job: " + listed(e.problems()));
    }
  }

  private <T> T decode(String name, JsonNode document, Function<JsonNode, T> decoder) {
    try {
      return decoder.apply(document);
    } catch (TemplateException e) {
      throw new OpenjdResult.Failure(
          "ERROR: '%s' failed checks: %s"
              .formatted(name, listed(e.problems().stream().map(Object::toString).toList())));
    }
  }

  private static String listed(List<String> problems) {
    return problems.size() == 1
        ? problems.getFirst()
        : problems.size() + " problems\n  " + String.join("\n  ", problems);
  }

  private JsonNode document(String name, String introduction) {
    Path file = context.folder().resolve(home(name));
    try {
      if (!Files.exists(file)) {
        throw new OpenjdResult.Failure(introduction + "'" + name + "' does not exist.");
      }
      if (!Files.isRegularFile(file)) {
        throw new OpenjdResult.Failure(introduction + "'" + name + "' is not a file.");
      }
      if (Files.size(file) > TemplateReader.MAX_CHARACTERS * 4L) {
        throw new OpenjdResult.Failure(introduction + "'" + name + "' is too large to be read.");
      }
      return TemplateReader.parse(Files.readString(file));
    } catch (CharacterCodingException e) {
      throw new OpenjdResult.Failure(introduction + "'" + name + "' is not UTF-8 text.");
    } catch (IOException e) {
      throw new OpenjdResult.Failure(
          introduction + "Could not open file '" + name + "': " + e.getMessage() + ".");
    } catch (TemplateException e) {
      throw new OpenjdResult.Failure(
          introduction + "'" + name + "' failed checks: " + e.getMessage());
    }
  }

  private String home(String name) {
    String home = context.environment().get("HOME");
    return home != null && name.startsWith("~/") ? home + name.substring(1) : name;
  }

  /** Values of {@code -p}: {@code NAME=VALUE}, {@code file://PATH} or a JSON map, the last wins. */
  private Map<String, String> values(List<String> arguments) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String argument : arguments) {
      String text = argument.strip();
      int equals = text.indexOf('=');
      if (text.startsWith(FILE)) {
        JsonNode document =
            document(text.substring(FILE.length()), "ERROR generating Job: Parameter file ");
        if (!document.isObject()) {
          throw new OpenjdResult.Failure(
              "ERROR generating Job: Job parameter file '%s' should contain a dictionary."
                  .formatted(text));
        }
        putAll(values, document);
      } else if (text.startsWith("{") && text.endsWith("}")) {
        putAll(values, inline("Job parameter string", text));
      } else if (equals > 0) {
        values.put(text.substring(0, equals), text.substring(equals + 1));
      } else {
        throw new OpenjdResult.Failure(
            "ERROR generating Job: Job parameter string ('%s') not formatted correctly. It must be key=value pairs, inline JSON, or a path to a JSON or YAML document prefixed with 'file://'."
                .formatted(text));
      }
    }
    return values;
  }

  private static JsonNode inline(String what, String text) {
    try {
      return TemplateReader.parse(text);
    } catch (TemplateException e) {
      throw new OpenjdResult.Failure(
          "ERROR: %s ('%s') not formatted correctly: %s".formatted(what, text, e.getMessage()));
    }
  }

  private static void putAll(Map<String, String> values, JsonNode map) {
    map.properties()
        .forEach(
            entry -> {
              if (!entry.getValue().isValueNode() || entry.getValue().isNull()) {
                throw new OpenjdResult.Failure(
                    "ERROR generating Job: The value of '%s' must be a string or a number."
                        .formatted(entry.getKey()));
              }
              values.put(entry.getKey(), entry.getValue().asText());
            });
  }

  /** Rules of {@code --path-mapping-rules}: a document, or {@code file://PATH} of one. */
  PathMapping rules(@Nullable String argument) {
    if (argument == null) {
      return PathMapping.NONE;
    }
    JsonNode document =
        argument.startsWith(FILE)
            ? document(argument.substring(FILE.length()), "ERROR: Path mapping rules file ")
            : inline("Path mapping rules", argument);
    try {
      return PathMapping.fromJson(document);
    } catch (IllegalArgumentException e) {
      throw new OpenjdResult.Failure("ERROR: Path mapping rules: " + e.getMessage());
    }
  }

  /** Task parameter sets of {@code --tasks}: a list of maps, inline or {@code file://PATH}. */
  List<Map<String, String>> tasks(String argument) {
    String text = argument.strip();
    JsonNode document =
        text.startsWith(FILE)
            ? document(text.substring(FILE.length()), "ERROR: Tasks file ")
            : inline("--tasks argument", text);
    List<Map<String, String>> tasks = new ArrayList<>();
    boolean wrong = !document.isArray() || document.isEmpty();
    for (JsonNode task : document) {
      wrong |= !task.isObject();
      Map<String, String> values = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> entry : task.properties()) {
        wrong |= !entry.getValue().isTextual() && !entry.getValue().isNumber();
        values.put(entry.getKey(), entry.getValue().asText());
      }
      tasks.add(values);
    }
    if (wrong) {
      throw new OpenjdResult.Failure(
          "ERROR: --tasks argument must be a list of maps from task parameter name to string or number.");
    }
    return tasks;
  }

  /** One task's parameters of {@code --task-param NAME=VALUE}. */
  static Map<String, String> task(List<String> arguments) {
    Map<String, String> values = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    for (String argument : arguments) {
      String text = argument.stripLeading();
      int equals = text.indexOf('=');
      if (equals < 1 || equals == text.length() - 1) {
        problems.add(
            "Task parameter '%s' defined incorrectly. Expected '<NAME>=<VALUE>' format."
                .formatted(text));
      } else if (values.put(text.substring(0, equals), text.substring(equals + 1)) != null) {
        problems.add(
            "Task parameter '%s' has been defined more than once."
                .formatted(text.substring(0, equals)));
      }
    }
    if (!problems.isEmpty()) {
      throw new OpenjdResult.Failure(
          "Found the following errors collecting Task parameters:\n - "
              + String.join("\n - ", problems));
    }
    return values;
  }
}
