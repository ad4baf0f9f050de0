package dev.stoker.openjd.space;

import dev.stoker.openjd.expr.ExpressionException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A combination expression such as {@code (Frame, Camera) * Layer} (2023-09, section 3.4.3). {@code
 * *} is the product, its right side running fastest; parentheses pair values of equally many.
 */
public sealed interface Combination {
  /** Named by the specification. */
  int MAX_LENGTH = 1280;

  record Name(String name) implements Combination {}

  record Product(List<Combination> factors) implements Combination {
    public Product {
      factors = List.copyOf(factors);
    }
  }

  record Association(List<Combination> members) implements Combination {
    public Association {
      members = List.copyOf(members);
    }
  }

  /**
   * Reads an expression over exactly these parameters.
   *
   * @throws ExpressionException when it is none, or does not name each parameter exactly once
   */
  static Combination parse(String text, Set<String> parameters) {
    if (text.length() > MAX_LENGTH) {
      throw new ExpressionException("it has more than " + MAX_LENGTH + " characters");
    }
    Combination combination = new CombinationParser(text).parse();
    Set<String> missing = new LinkedHashSet<>(parameters);
    Set<String> seen = new LinkedHashSet<>();
    for (String name : combination.names()) {
      if (!parameters.contains(name)) {
        throw new ExpressionException(
            "it names '" + name + "', which is no task parameter of the step");
      }
      if (!seen.add(name)) {
        throw new ExpressionException("it names '" + name + "' more than once");
      }
      missing.remove(name);
    }
    if (!missing.isEmpty()) {
      throw new ExpressionException("it leaves out " + quoted(missing));
    }
    return combination;
  }

  /** This expression with one name left out; empty when it is the only one. */
  default Optional<Combination> without(String name) {
    return switch (this) {
      case Name(String own) -> own.equals(name) ? Optional.empty() : Optional.of(this);
      case Product(List<Combination> factors) -> {
        List<Combination> rest = without(factors, name);
        yield rest.isEmpty() ? Optional.empty() : Optional.of(new Product(rest));
      }
      case Association(List<Combination> members) -> {
        List<Combination> rest = without(members, name);
        yield rest.isEmpty() ? Optional.empty() : Optional.of(new Association(rest));
      }
    };
  }

  private static List<Combination> without(List<Combination> parts, String name) {
    return parts.stream().flatMap(part -> part.without(name).stream()).toList();
  }

  /** The product of all parameters in order: what holds without an expression. */
  static Combination productOf(Set<String> parameters) {
    return new Product(parameters.stream().map(name -> (Combination) new Name(name)).toList());
  }

  /** All names in order of appearance. */
  default List<String> names() {
    List<String> names = new ArrayList<>();
    switch (this) {
      case Name(String name) -> names.add(name);
      case Product(List<Combination> factors) ->
          factors.forEach(part -> names.addAll(part.names()));
      case Association(List<Combination> members) ->
          members.forEach(part -> names.addAll(part.names()));
    }
    return names;
  }

  /** Whether {@code wanted} stands inside an association of two or more. */
  default boolean associates(String wanted) {
    return switch (this) {
      case Name name -> false;
      case Product(List<Combination> factors) ->
          factors.stream().anyMatch(part -> part.associates(wanted));
      case Association(List<Combination> members) ->
          members.size() > 1
              ? names().contains(wanted)
              : members.stream().anyMatch(part -> part.associates(wanted));
    };
  }

  private static String quoted(Set<String> names) {
    return String.join(", ", names.stream().map(name -> "'" + name + "'").toList());
  }
}
