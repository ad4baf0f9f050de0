package dev.stoker.openjd.job;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a node must have to run a step's tasks. Names and values are compared without case. */
public record HostRequirements(List<Amount> amounts, List<Attribute> attributes) {
  /** Demands nothing. */
  public static final HostRequirements NONE = new HostRequirements(List.of(), List.of());

  public HostRequirements {
    amounts = List.copyOf(amounts);
    attributes = List.copyOf(attributes);
  }

  /** The demand for this amount, such as {@code amount.worker.gpu}. */
  public Optional<Amount> amount(String name) {
    return amounts.stream().filter(amount -> amount.name().equalsIgnoreCase(name)).findFirst();
  }

  /** The demand for this attribute, such as {@code attr.worker.os.family}. */
  public Optional<Attribute> attribute(String name) {
    return attributes.stream().filter(one -> one.name().equalsIgnoreCase(name)).findFirst();
  }

  /**
   * A quantity to reserve, in the capability's unit: one for cores and GPUs, MiB for memory, GiB
   * for scratch space.
   *
   * @param min 0 or more; null where only a maximum is given
   * @param max more than 0, not below min; null for none
   */
  public record Amount(String name, @Nullable BigDecimal min, @Nullable BigDecimal max) {}

  /**
   * A property to have: one of {@code anyOf} and all of {@code allOf}; empty lists demand nothing.
   */
  public record Attribute(String name, List<String> anyOf, List<String> allOf) {
    public Attribute {
      anyOf = List.copyOf(anyOf);
      allOf = List.copyOf(allOf);
    }
  }
}
