package dev.stoker.openjd.job;

import dev.stoker.openjd.expr.FormatString;
import dev.stoker.openjd.template.Capabilities;
import dev.stoker.openjd.template.HostRequirementsTemplate;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Fills in host requirements and applies the rules that literal ones were held to before. */
record RequirementsResolver(Resolver resolver) {

  HostRequirements resolve(@Nullable HostRequirementsTemplate requirements, String place) {
    if (requirements == null) {
      return HostRequirements.NONE;
    }
    List<HostRequirements.Amount> amounts = new ArrayList<>();
    Set<String> amountNames = new HashSet<>();
    for (int i = 0; i < requirements.amounts().size(); i++) {
      String at = place + " -> amounts[" + i + "]";
      HostRequirements.Amount amount = amount(requirements.amounts().get(i), at);
      reportRepeated(amount.name(), amountNames, at);
      amounts.add(amount);
    }
    List<HostRequirements.Attribute> attributes = new ArrayList<>();
    Set<String> attributeNames = new HashSet<>();
    for (int i = 0; i < requirements.attributes().size(); i++) {
      String at = place + " -> attributes[" + i + "]";
      HostRequirements.Attribute attribute = attribute(requirements.attributes().get(i), at);
      reportRepeated(attribute.name(), attributeNames, at);
      attributes.add(attribute);
    }
    return new HostRequirements(amounts, attributes);
  }

  private HostRequirements.Amount amount(HostRequirementsTemplate.Amount amount, String place) {
    String name = resolver.text(amount.name(), place + " -> name");
    Capabilities.amountNameProblems(name)
        .forEach(problem -> resolver.problem(place + " -> name", problem));
    BigDecimal min = resolver.decimal(amount.min(), true, place + " -> min");
    BigDecimal max = resolver.decimal(amount.max(), false, place + " -> max");
    if (min != null && max != null && min.compareTo(max) > 0) {
      resolver.problem(place, "The min, " + min + ", is greater than the max, " + max + ".");
    }
    return new HostRequirements.Amount(name, min, max);
  }

  private HostRequirements.Attribute attribute(
      HostRequirementsTemplate.Attribute attribute, String place) {
    String name = resolver.text(attribute.name(), place + " -> name");
    Capabilities.attributeNameProblems(name)
        .forEach(problem -> resolver.problem(place + " -> name", problem));
    Capabilities.allOfProblems(name, attribute.allOf().size())
        .forEach(problem -> resolver.problem(place + " -> allOf", problem));
    return new HostRequirements.Attribute(
        name,
        values(name, attribute.anyOf(), place + " -> anyOf"),
        values(name, attribute.allOf(), place + " -> allOf"));
  }

  private List<String> values(String name, List<FormatString> formats, String place) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < formats.size(); i++) {
      String at = place + "[" + i + "]";
      String value = resolver.text(formats.get(i), at);
      Capabilities.attributeValueProblems(name, value)
          .forEach(problem -> resolver.problem(at, problem));
      values.add(value);
    }
    return values;
  }

  private void reportRepeated(String name, Set<String> names, String place) {
    if (!name.isEmpty() && !names.add(Capabilities.canonical(name))) {
      resolver.problem(place, "'" + name + "' is required already.");
    }
  }
}
