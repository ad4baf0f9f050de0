package dev.stoker.agent.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.openjd.template.TemplateException;
import dev.stoker.openjd.template.TemplateReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an artist's tool leaves for submission: a template file, or a folder as the OpenJD
 * submitters write it, with {@code template}, {@code parameter_values} and {@code
 * asset_references}, each as {@code .yaml} or {@code .json}.
 *
 * @param templateFile where the template was read
 * @param template the document, not yet validated
 * @param parameterValues values that came with it
 * @param references the files it names beyond its parameters
 */
record JobBundle(
    Path templateFile,
    JsonNode template,
    Map<String, String> parameterValues,
    AssetReferences references) {

  /**
   * @param inputs absolute paths of files and folders that the job reads
   * @param outputs absolute paths of folders that it writes to
   */
  record AssetReferences(List<String> inputs, List<String> outputs) {
    static final AssetReferences NONE = new AssetReferences(List.of(), List.of());
  }

  /**
   * Reads a template file or a bundle folder.
   *
   * @throws CommandFailure naming the file that cannot be read
   */
  static JobBundle read(Path path) {
    if (!Files.isDirectory(path)) {
      return new JobBundle(path, document(path), Map.of(), AssetReferences.NONE);
    }
    Path templateFile =
        find(path, "template")
            .orElseThrow(
                () ->
                    CommandFailure.usage(
                        "There is no template.yaml or template.json in the folder %s."
                            .formatted(path)));
    return new JobBundle(
        templateFile,
        document(templateFile),
        find(path, "parameter_values").map(JobBundle::values).orElse(Map.of()),
        find(path, "asset_references").map(JobBundle::references).orElse(AssetReferences.NONE));
  }

  /** Reads one YAML or JSON document; its problems name the file. */
  static JsonNode document(Path file) {
    try {
      if (Files.size(file) > TemplateReader.MAX_CHARACTERS * 4L) {
        throw CommandFailure.usage("%s is too large to be a template.".formatted(file));
      }
      return TemplateReader.parse(Files.readString(file));
    } catch (IOException e) {
      throw CommandFailure.usage(
          "Cannot read %s: %s."
              .formatted(file, Files.exists(file) ? e.getMessage() : "there is no such file"));
    } catch (TemplateException e) {
      throw CommandFailure.usage("%s: %s".formatted(file, e.getMessage()));
    }
  }

  private static Optional<Path> find(Path folder, String name) {
    return List.of(folder.resolve(name + ".yaml"), folder.resolve(name + ".json")).stream()
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private static Map<String, String> values(Path file) {
    Map<String, String> values = new LinkedHashMap<>();
    for (JsonNode entry : list(file, document(file), "parameterValues")) {
      String name = entry.path("name").asText("");
      JsonNode value = entry.path("value");
      if (name.isEmpty() || !value.isValueNode()) {
        throw CommandFailure.usage(
            "%s: each of parameterValues needs a name and a value.".formatted(file));
      }
      // Submitters write settings of their own, deadline:priority and the like, beside the job's.
      if (!name.contains(":")) {
        values.put(name, value.asText());
      }
    }
    return values;
  }

  private static AssetReferences references(Path file) {
    JsonNode all = document(file).path("assetReferences");
    List<String> inputs = new ArrayList<>();
    for (String kind : List.of("filenames", "directories")) {
      list(file, all.path("inputs"), kind).forEach(path -> inputs.add(path.asText()));
    }
    List<String> outputs = new ArrayList<>();
    list(file, all.path("outputs"), "directories").forEach(path -> outputs.add(path.asText()));
    // Paths that the job mentions and nobody transfers; the rules of the locations map them.
    list(file, all, "referencedPaths");
    return new AssetReferences(List.copyOf(inputs), List.copyOf(outputs));
  }

  private static JsonNode list(Path file, JsonNode parent, String key) {
    JsonNode list = parent.path(key);
    if (!list.isArray() && !list.isMissingNode() && !list.isNull()) {
      throw CommandFailure.usage("%s: %s must be a list.".formatted(file, key));
    }
    return list;
  }
}
