package dev.stoker.openjd.template;

import dev.stoker.openjd.expr.FormatString;
import dev.stoker.openjd.template.HostRequirementsTemplate.Amount;
import dev.stoker.openjd.template.HostRequirementsTemplate.Attribute;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads host requirements. Everything in them is resolved when the job is created. */
record HostRequirementsReader(Scope scope) {

  HostRequirementsTemplate read(Field field) {
    Fields fields = field.fields("amounts", "attributes");
    Field amounts = fields.get("amounts");
    Field attributes = fields.get("attributes");
    if (fields.object() != null && !amounts.present() && !attributes.present()) {
      field.problem("Host requirements must have amounts, attributes, or both.");
    }
    HostRequirementsTemplate requirements =
        new HostRequirementsTemplate(amounts(amounts), attributes(attributes));
    int count = requirements.amounts().size() + requirements.attributes().size();
    if (count > Limits.REQUIREMENTS) {
      field.problem(
          "There are " + count + " requirements; at most " + Limits.REQUIREMENTS + " are allowed.");
    }
    return requirements;
  }

  private List<Amount> amounts(Field field) {
    List<Amount> amounts = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Field element : field.elements(Integer.MAX_VALUE)) {
      Amount amount = amount(element);
      reportRepeated(amount.name(), names, element);
      amounts.add(amount);
    }
    return amounts;
  }

  private Amount amount(Field field) {
    Fields fields = field.fields("name", "min", "max");
    FormatString name = name(fields.required("name"), Capabilities::amountNameProblems);
    Field min = fields.get("min");
    Field max = fields.get("max");
    if (fields.object() != null && !min.present() && !max.present()) {
      field.problem("An amount must have min, max, or both.");
    }
    NumberField minNumber = new NumberField(min, scope, Extension.FEATURE_BUNDLE_1);
    NumberField maxNumber = new NumberField(max, scope, Extension.FEATURE_BUNDLE_1);
    FormatString minText = min.present() ? minNumber.decimal() : null;
    FormatString maxText = max.present() ? maxNumber.decimal() : null;
    @Nullable BigDecimal least = minText == null ? null : minNumber.checkDecimal(minText, true);
    @Nullable BigDecimal most = maxText == null ? null : maxNumber.checkDecimal(maxText, false);
    if (least != null && most != null && least.compareTo(most) > 0) {
      field.problem("The min, " + least + ", is greater than the max, " + most + ".");
    }
    return new Amount(name, minText, maxText);
  }

  private List<Attribute> attributes(Field field) {
    List<Attribute> attributes = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Field element : field.elements(Integer.MAX_VALUE)) {
      Attribute attribute = attribute(element);
      reportRepeated(attribute.name(), names, element);
      attributes.add(attribute);
    }
    return attributes;
  }

  private Attribute attribute(Field field) {
    Fields fields = field.fields("name", "anyOf", "allOf");
    FormatString name = name(fields.required("name"), Capabilities::attributeNameProblems);
    Field anyOf = fields.get("anyOf");
    Field allOf = fields.get("allOf");
    if (fields.object() != null && !anyOf.present() && !allOf.present()) {
      field.problem("An attribute must have anyOf, allOf, or both.");
    }
    String literalName = name.isLiteral() ? name.source() : null;
    List<FormatString> all = values(allOf, literalName);
    Capabilities.allOfProblems(literalName, all.size()).forEach(allOf::problem);
    return new Attribute(name, values(anyOf, literalName), all);
  }

  private List<FormatString> values(Field field, @Nullable String name) {
    List<FormatString> values = new ArrayList<>();
    for (Field element : field.elements(Limits.ATTRIBUTE_VALUES)) {
      FormatString value = element.format(scope, TextRule.NOT_EMPTY);
      if (value.isLiteral() && !value.source().isEmpty()) {
        Capabilities.attributeValueProblems(name, value.source()).forEach(element::problem);
      }
      values.add(value);
    }
    return values;
  }

  private FormatString name(Field field, Function<String, List<String>> problems) {
    FormatString name = field.format(scope, TextRule.NOT_EMPTY);
    if (name.isLiteral() && !name.source().isEmpty()) {
      problems.apply(name.source()).forEach(field::problem);
    }
    return name;
  }

  private static void reportRepeated(FormatString name, Set<String> names, Field element) {
    if (name.isLiteral()
        && !name.source().isEmpty()
        && !names.add(Capabilities.canonical(name.source()))) {
      element.problem("'" + name.source() + "' is required already.");
    }
  }
}
