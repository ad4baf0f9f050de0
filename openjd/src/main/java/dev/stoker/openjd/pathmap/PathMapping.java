package dev.stoker.openjd.pathmap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Path mapping rules, the one with the longest source first. Immutable and free to share.
 *
 * <p>A rule matches a path when its source's names are the path's first names: {@code /mnt/show}
 * maps {@code /mnt/show/a} but not {@code /mnt/showreel}. Destinations are POSIX paths, as nodes
 * run Linux.
 */
public record PathMapping(List<Rule> rules) {
  /** Rules that map nothing. */
  public static final PathMapping NONE = new PathMapping(List.of());

  private static final String VERSION = "pathmapping-1.0";

  public PathMapping {
    rules =
        rules.stream()
            .sorted(Comparator.comparingInt((Rule rule) -> rule.sourceNames().size()).reversed())
            .toList();
  }

  /** One rule. */
  public record Rule(PathFormat sourceFormat, String sourcePath, String destinationPath) {
    private List<String> sourceNames() {
      return sourceFormat.names(sourcePath);
    }

    private boolean matches(String path) {
      List<String> source = sourceNames();
      List<String> names = sourceFormat.names(path);
      if (names.size() < source.size()
          || sourceFormat.leadingSeparators(path) != sourceFormat.leadingSeparators(sourcePath)) {
        return false;
      }
      for (int i = 0; i < source.size(); i++) {
        if (!sourceFormat.sameName(source.get(i), names.get(i))) {
          return false;
        }
      }
      return true;
    }

    private String mapped(String path) {
      List<String> names = sourceFormat.names(path);
      List<String> rest = names.subList(sourceNames().size(), names.size());
      StringBuilder mapped = new StringBuilder(destinationPath);
      for (String name : rest) {
        appendSlash(mapped).append(name);
      }
      if (sourceFormat.endsWithSeparator(path)) {
        appendSlash(mapped);
      }
      return mapped.toString();
    }

    private static StringBuilder appendSlash(StringBuilder path) {
      return !path.isEmpty() && path.charAt(path.length() - 1) == '/' ? path : path.append('/');
    }
  }

  /** The path on this node: mapped by the first rule that matches, unchanged when none does. */
  public String apply(String path) {
    for (Rule rule : rules) {
      if (rule.matches(path)) {
        return rule.mapped(path);
      }
    }
    return path;
  }

  /** The document for a session's rules file; {@code {}} when there is no rule. */
  public ObjectNode toJson() {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    if (rules.isEmpty()) {
      return document;
    }
    document.put("version", VERSION);
    ArrayNode list = document.putArray("path_mapping_rules");
    for (Rule rule : rules) {
      list.addObject()
          .put("source_path_format", rule.sourceFormat().name())
          .put("source_path", rule.sourcePath())
          .put("destination_path", rule.destinationPath());
    }
    return document;
  }

  /**
   * Reads such a document.
   *
   * @throws IllegalArgumentException where it is none, with one sentence that says why
   */
  public static PathMapping fromJson(JsonNode document) {
    if (document.isObject() && document.isEmpty()) {
      return NONE;
    }
    if (!VERSION.equals(document.path("version").textValue())) {
      throw new IllegalArgumentException(
          "The path mapping document has no \"version\": \"" + VERSION + "\".");
    }
    JsonNode list = document.path("path_mapping_rules");
    if (!list.isArray()) {
      throw new IllegalArgumentException(
          "The path mapping document has no list \"path_mapping_rules\".");
    }
    List<Rule> rules = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      rules.add(rule(list.get(i), "path_mapping_rules[" + i + "]"));
    }
    return new PathMapping(rules);
  }

  private static Rule rule(JsonNode rule, String path) {
    String format = text(rule, "source_path_format", path);
    if (!format.equals("POSIX") && !format.equals("WINDOWS")) {
      throw new IllegalArgumentException(
          path + " -> source_path_format: '" + format + "' is neither POSIX nor WINDOWS.");
    }
    return new Rule(
        PathFormat.valueOf(format),
        text(rule, "source_path", path),
        text(rule, "destination_path", path));
  }

  private static String text(JsonNode rule, String key, String path) {
    String text = rule.path(key).textValue();
    if (text == null || text.isEmpty()) {
      throw new IllegalArgumentException(path + " -> " + key + ": the text is missing.");
    }
    return text;
  }
}
