package dev.stoker.openjd.template;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.openjd.expr.Value;
import dev.stoker.openjd.param.DataFlow;
import dev.stoker.openjd.param.JobParameterDefinition;
import dev.stoker.openjd.param.JobParameterType;
import dev.stoker.openjd.param.ObjectType;
import dev.stoker.openjd.param.UserInterface;
import dev.stoker.openjd.param.UserInterface.FileFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads how a parameter wants to be shown. Controls are held to the rest of the definition, as both
 * reference implementations do; the definition itself does not depend on them.
 */
record UserInterfaceReader(JobParameterDefinition definition) {
  private static final Set<Set<String>> CHECK_BOX_PAIRS =
      Set.of(Set.of("true", "false"), Set.of("yes", "no"), Set.of("on", "off"), Set.of("1", "0"));

  private static final TextRule FILE_PATTERN =
      new TextRule(
          1,
          20,
          "",
          Pattern.compile("\\*|\\*\\.\\*|\\*\\.[^\\\\/*?\\[\\]#%&{}<>$!'\":@`|=]+"),
          "'*', '*.*' or '*.' with a file extension");

  private static final Set<String> FILE_CHOOSERS =
      Set.of("CHOOSE_INPUT_FILE", "CHOOSE_OUTPUT_FILE");

  JobParameterDefinition addTo(Field field) {
    if (!field.present()) {
      return definition;
    }
    Fields fields = field.fields(keys());
    String control = control(fields.get("control"));
    UserInterface userInterface =
        new UserInterface(
            control,
            fields.get("label").optionalText(TextRule.UI_LABEL),
            fields.get("groupLabel").optionalText(TextRule.UI_LABEL),
            filters(fields.get("fileFilters"), control),
            filter(fields.get("fileFilterDefault"), control),
            stepDelta(fields.get("singleStepDelta"), control),
            decimals(fields.get("decimals"), control));
    return new JobParameterDefinition(
        definition.name(),
        definition.type(),
        definition.description(),
        definition.defaultValue(),
        definition.constraints(),
        definition.objectType(),
        definition.dataFlow(),
        userInterface);
  }

  private String[] keys() {
    List<String> keys = new ArrayList<>(List.of("control", "label", "groupLabel"));
    switch (definition.type()) {
      case STRING -> {}
      case PATH -> keys.addAll(List.of("fileFilters", "fileFilterDefault"));
      case INT -> keys.add("singleStepDelta");
      case FLOAT -> keys.addAll(List.of("singleStepDelta", "decimals"));
    }
    return keys.toArray(String[]::new);
  }

  private List<String> controls() {
    return switch (definition.type()) {
      case STRING -> List.of("LINE_EDIT", "MULTILINE_EDIT", "DROPDOWN_LIST", "CHECK_BOX", "HIDDEN");
      case PATH ->
          List.of(
              "CHOOSE_INPUT_FILE",
              "CHOOSE_OUTPUT_FILE",
              "CHOOSE_DIRECTORY",
              "DROPDOWN_LIST",
              "HIDDEN");
      case INT, FLOAT -> List.of("SPIN_BOX", "DROPDOWN_LIST", "HIDDEN");
    };
  }

  /** The control that is shown: the one named, else the type's default. */
  private String control(Field field) {
    if (!field.present()) {
      return defaultControl();
    }
    String control = field.text(TextRule.ANY);
    if (!controls().contains(control)) {
      if (field.node() != null && field.node().isTextual()) {
        field.problem("'" + field.shown() + "' is none of " + controls() + ".");
      }
      return defaultControl();
    }
    reportAgainstAllowedValues(field, control);
    ObjectType objectType = definition.objectType();
    if ((FILE_CHOOSERS.contains(control) && objectType == ObjectType.DIRECTORY)
        || (control.equals("CHOOSE_DIRECTORY") && objectType == ObjectType.FILE)) {
      field.problem("The control " + control + " does not fit the objectType " + objectType + ".");
    }
    return control;
  }

  private void reportAgainstAllowedValues(Field field, String control) {
    List<Value> allowed = definition.constraints().allowedValues();
    switch (control) {
      case "HIDDEN" -> {}
      case "DROPDOWN_LIST" -> {
        if (allowed == null) {
          field.problem("The control DROPDOWN_LIST needs allowedValues.");
        }
      }
      case "CHECK_BOX" -> checkBox(field, allowed);
      default -> {
        if (allowed != null) {
          field.problem("The control " + control + " cannot be used with allowedValues.");
        }
      }
    }
  }

  private static void checkBox(Field field, @Nullable List<Value> allowed) {
    List<String> words =
        allowed == null
            ? List.of()
            : allowed.stream().map(value -> value.text().toLowerCase(Locale.ROOT)).toList();
    if (words.size() != 2 || !CHECK_BOX_PAIRS.contains(Set.copyOf(words))) {
      field.problem(
          "The control CHECK_BOX needs two allowedValues: true and false, yes and no, on and off, or"
              + " 1 and 0.");
    }
  }

  private String defaultControl() {
    if (definition.constraints().allowedValues() != null) {
      return "DROPDOWN_LIST";
    }
    return switch (definition.type()) {
      case STRING -> "LINE_EDIT";
      case INT, FLOAT -> "SPIN_BOX";
      case PATH -> {
        if (definition.objectType() != ObjectType.FILE) {
          yield "CHOOSE_DIRECTORY";
        }
        yield definition.dataFlow() == DataFlow.OUT ? "CHOOSE_OUTPUT_FILE" : "CHOOSE_INPUT_FILE";
      }
    };
  }

  private static List<FileFilter> filters(Field field, String control) {
    reportUnlessFileChooser(field, control);
    List<FileFilter> filters = new ArrayList<>();
    for (Field element : field.elements(Limits.FILE_FILTERS)) {
      filters.add(filter(element));
    }
    return filters;
  }

  private static @Nullable FileFilter filter(Field field, String control) {
    reportUnlessFileChooser(field, control);
    return field.present() ? filter(field) : null;
  }

  private static void reportUnlessFileChooser(Field field, String control) {
    if (field.present() && !FILE_CHOOSERS.contains(control)) {
      field.problem("File filters need a control that chooses files, not " + control + ".");
    }
  }

  private static FileFilter filter(Field field) {
    Fields fields = field.fields("label", "patterns");
    return new FileFilter(
        fields.required("label").text(TextRule.UI_LABEL),
        fields.required("patterns").elements(Integer.MAX_VALUE).stream()
            .map(pattern -> pattern.text(FILE_PATTERN))
            .toList());
  }

  private @Nullable String stepDelta(Field field, String control) {
    JsonNode node = field.node();
    if (node == null) {
      return null;
    }
    reportUnlessSpinBox(field, control);
    boolean integral = definition.type() == JobParameterType.INT;
    if (integral ? !node.isIntegralNumber() : !node.isNumber()) {
      field.mismatch(integral ? "an integer" : "a number");
    } else if (node.decimalValue().signum() <= 0) {
      field.problem("It is " + node.asText() + "; it must be more than 0.");
    }
    return node.asText();
  }

  private static @Nullable String decimals(Field field, String control) {
    JsonNode node = field.node();
    if (node == null) {
      return null;
    }
    reportUnlessSpinBox(field, control);
    if (!node.isIntegralNumber()) {
      field.mismatch("an integer");
    } else if (node.decimalValue().signum() < 0) {
      field.problem("It is " + node.asText() + "; it must be 0 or more.");
    }
    return node.asText();
  }

  private static void reportUnlessSpinBox(Field field, String control) {
    if (!control.equals("SPIN_BOX")) {
      field.problem("It needs the control SPIN_BOX, not " + control + ".");
    }
  }
}
