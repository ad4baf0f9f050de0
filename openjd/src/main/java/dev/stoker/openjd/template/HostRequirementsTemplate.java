package dev.stoker.openjd.template;

import dev.stoker.openjd.expr.FormatString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a node must have to run a step's tasks, as the template says it. */
public record HostRequirementsTemplate(List<Amount> amounts, List<Attribute> attributes) {
  public HostRequirementsTemplate {
    amounts = List.copyOf(amounts);
    attributes = List.copyOf(attributes);
  }

  /** A quantity to reserve; at least one bound is there. */
  public record Amount(FormatString name, @Nullable FormatString min, @Nullable FormatString max) {}

  /** A property to have; empty lists demand nothing. */
  public record Attribute(FormatString name, List<FormatString> anyOf, List<FormatString> allOf) {
    public Attribute {
      anyOf = List.copyOf(anyOf);
      allOf = List.copyOf(allOf);
    }
  }
}
