package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Registration.Slot;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Says what nodes lack for a step, whatever they do now. */
final class Unfit {
  private static final int MOST_NAMES = 10;

  private Unfit() {}

  /** What keeps every slot of a node from ever taking the step; empty where one could. */
  static Optional<String> reason(Member node, SlotNeeds needs) {
    if (node.offers(needs)) {
      return Optional.empty();
    }
    for (Map.Entry<String, Double> need : new TreeMap<>(needs.amounts()).entrySet()) {
      double most =
          node.row.slots().stream()
              .mapToDouble((Slot slot) -> SlotNeeds.offered(need.getKey(), slot))
              .max()
              .orElse(0);
      if (most < need.getValue()) {
        return Optional.of(
            "Its largest slot offers %s %.0f, and the step needs %.0f."
                .formatted(need.getKey(), most, need.getValue()));
      }
    }
    Map<String, List<String>> has = node.row.attributes();
    return Stream.concat(
            new TreeMap<>(needs.anyOf())
                .entrySet().stream()
                    .filter(need -> !SlotNeeds.hasAny(has, need.getKey(), need.getValue()))
                    .map(need -> attribute(has, need.getKey(), "one of " + need.getValue())),
            new TreeMap<>(needs.allOf())
                .entrySet().stream()
                    .filter(need -> !SlotNeeds.hasAll(has, need.getKey(), need.getValue()))
                    .map(need -> attribute(has, need.getKey(), "all of " + need.getValue())))
        .findFirst()
        .or(() -> Optional.of("No one of its slots has all at once: " + amounts(needs) + "."));
  }

  private static String attribute(Map<String, List<String>> has, String name, String wanted) {
    List<String> values = has.get(name);
    return values == null
        ? "The node has no attribute %s, and the step needs %s.".formatted(name, wanted)
        : "Its %s is %s, and the step needs %s.".formatted(name, values, wanted);
  }

  private static Map<String, String> amounts(SlotNeeds needs) {
    Map<String, String> all = new TreeMap<>();
    needs.amounts().forEach((name, least) -> all.put(name, "%.0f".formatted(least)));
    return all;
  }

  /** Attributes that a step asks for and none of the nodes has; maybe they are misspelled. */
  static Optional<String> unknownAttributes(Collection<Member> nodes, SlotNeeds needs) {
    Set<String> known = new TreeSet<>();
    nodes.forEach(node -> known.addAll(node.row.attributes().keySet()));
    Set<String> unknown = new TreeSet<>(needs.anyOf().keySet());
    unknown.addAll(needs.allOf().keySet());
    unknown.removeAll(known);
    if (nodes.isEmpty() || unknown.isEmpty()) {
      return Optional.empty();
    }
    String have =
        known.isEmpty()
            ? "they have none"
            : "they have "
                + String.join(", ", known.stream().limit(MOST_NAMES).toList())
                + (known.size() > MOST_NAMES ? " and others" : "");
    return Optional.of(
        "No node that is known has %s; %s.".formatted(String.join(", ", unknown), have));
  }

  /**
   * A sentence for each kind of step that no known node could ever run, be it lost or drained now;
   * none where no node is known yet: then it is too early to say.
   */
  static List<String> warnings(JobPlan plan, Collection<Member> nodes) {
    Set<String> warnings = new LinkedHashSet<>();
    Set<SlotNeeds> seen = new HashSet<>();
    for (JobPlan.Step step : plan.steps()) {
      if (nodes.isEmpty()
          || warnings.size() == MOST_NAMES
          || !seen.add(step.slot())
          || nodes.stream().anyMatch(node -> node.offers(step.slot()))) {
        continue;
      }
      warnings.add(
          "Step %s waits for a node of another kind: none of the %d that are known could run it. %s"
              .formatted(step.name(), nodes.size(), why(nodes, step.slot())));
    }
    return List.copyOf(warnings);
  }

  private static String why(Collection<Member> nodes, SlotNeeds needs) {
    return unknownAttributes(nodes, needs)
        .or(() -> nodes.stream().flatMap(node -> reason(node, needs).stream()).sorted().findFirst())
        .orElse("");
  }
}
