package dev.stoker.agent.pipeline;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.daemon.StageRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What of each location was brought into a session. Not thread-safe. */
final class BroughtTrees {
  private final Map<String, Set<String>> paths = new HashMap<>();

  boolean isEmpty() {
    return paths.isEmpty();
  }

  /** Paths by location; a copy. */
  Map<String, Set<String>> copy() {
    Map<String, Set<String>> copy = new HashMap<>();
    paths.forEach((name, brought) -> copy.put(name, Set.copyOf(brought)));
    return copy;
  }

  /** Takes in what an earlier agent brought. */
  void takeOver(Map<String, Set<String>> brought) {
    brought.forEach((name, had) -> paths.put(name, new LinkedHashSet<>(had)));
  }

  void add(List<StageRequest.Tree> trees) {
    trees.forEach(
        tree ->
            paths
                .computeIfAbsent(tree.name(), name -> new LinkedHashSet<>())
                .addAll(tree.include().isEmpty() ? List.of("") : tree.include()));
  }

  /** What of {@code wanted} is neither there nor below what is there. */
  List<StageRequest.Tree> missing(List<LocationMap.Place> wanted) {
    Map<String, Set<String>> byName = new LinkedHashMap<>();
    Map<String, String> uris = new HashMap<>();
    for (LocationMap.Place input : wanted) {
      String name = input.location().name();
      Set<String> there = paths.getOrDefault(name, Set.of());
      if (there.stream().noneMatch(had -> input.path().startsWith(new AssetPath(had)))) {
        uris.put(name, input.location().uri());
        byName.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(input.path().value());
      }
    }
    List<StageRequest.Tree> trees = new ArrayList<>();
    byName.forEach(
        (name, include) ->
            trees.add(
                new StageRequest.Tree(
                    name,
                    String.valueOf(uris.get(name)),
                    include.contains("") ? List.of() : List.copyOf(include))));
    return trees;
  }
}
