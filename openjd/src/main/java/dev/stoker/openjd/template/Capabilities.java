package dev.stoker.openjd.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What names and values of host requirements may be (2023-09, sections 3.3.1 and 3.3.2). Applied to
 * literal ones when a template is decoded and to all when a job is created.
 */
public final class Capabilities {
  private static final int MAX_LENGTH = 100;
  private static final String IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]*+";
  private static final Pattern AMOUNT_NAME = name("amount");
  private static final Pattern ATTRIBUTE_NAME = name("attr");
  private static final Pattern ATTRIBUTE_VALUE = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*+");
  private static final Set<String> RESERVED = Set.of("worker", "job", "step", "task");

  private static final Set<String> AMOUNTS =
      Set.of(
          "amount.worker.vcpu",
          "amount.worker.memory",
          "amount.worker.gpu",
          "amount.worker.gpu.memory",
          "amount.worker.disk.scratch");

  private static final Map<String, List<String>> ATTRIBUTES =
      Map.of(
          "attr.worker.os.family", List.of("linux", "windows", "macos"),
          "attr.worker.cpu.arch", List.of("x86_64", "arm64"));

  private Capabilities() {}

  private static Pattern name(String kind) {
    return Pattern.compile(
        "(" + IDENTIFIER + ":)?" + kind + "(\\." + IDENTIFIER + ")+", Pattern.CASE_INSENSITIVE);
  }

  /** What is wrong with an amount's name, as sentences. */
  public static List<String> amountNameProblems(String name) {
    return nameProblems(name, AMOUNT_NAME, "amount", AMOUNTS);
  }

  /** What is wrong with an attribute's name, as sentences. */
  public static List<String> attributeNameProblems(String name) {
    return nameProblems(name, ATTRIBUTE_NAME, "attr", ATTRIBUTES.keySet());
  }

  private static List<String> nameProblems(
      String name, Pattern pattern, String kind, Set<String> standard) {
    List<String> problems = new ArrayList<>();
    int length = name.codePointCount(0, name.length());
    if (length > MAX_LENGTH) {
      problems.add(
          "The name has " + length + " characters; at most " + MAX_LENGTH + " are allowed.");
    }
    if (!pattern.matcher(name).matches()) {
      problems.add(
          "'"
              + shown(name)
              + "' is not a name of the form '"
              + kind
              + ".NAME' or 'VENDOR:"
              + kind
              + ".NAME'.");
      return problems;
    }
    String plain = canonical(name).substring(name.indexOf(':') + 1);
    String scope = plain.split("\\.", -1)[1];
    if (RESERVED.contains(scope) && !standard.contains(plain)) {
      problems.add(
          "'"
              + shown(name)
              + "' is not defined by the specification, which reserves names in '"
              + scope
              + "' for itself.");
    }
    return problems;
  }

  /** What is wrong with a value that an attribute is required to have, as sentences. */
  public static List<String> attributeValueProblems(@Nullable String name, String value) {
    int length = value.codePointCount(0, value.length());
    if (length > MAX_LENGTH) {
      return List.of(
          "The value has " + length + " characters; at most " + MAX_LENGTH + " are allowed.");
    }
    if (!ATTRIBUTE_VALUE.matcher(value).matches()) {
      return List.of(
          "'"
              + shown(value)
              + "' is not letters, digits, underscores and hyphens, the first a"
              + " letter or underscore.");
    }
    List<String> values = name == null ? null : ATTRIBUTES.get(canonical(name));
    if (values != null && !values.contains(canonical(value))) {
      return List.of(
          "'" + shown(value) + "' is none of the values of " + name + ": " + values + ".");
    }
    return List.of();
  }

  /** What is wrong with requiring all of several values, as sentences. */
  public static List<String> allOfProblems(@Nullable String name, int values) {
    return name != null && values > 1 && ATTRIBUTES.containsKey(canonical(name))
        ? List.of("A node has one value for " + name + "; it cannot have all of several.")
        : List.of();
  }

  /** The name in the case that comparisons use. */
  public static String canonical(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static String shown(String text) {
    return text.length() <= 120 ? text : text.substring(0, 120) + "…";
  }
}
