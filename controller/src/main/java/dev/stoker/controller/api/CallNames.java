package dev.stoker.controller.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which call a path is: what it is called in metrics (method and path with names for what varies,
 * so there are few), and which methods it has.
 */
final class CallNames {
  private static final String OTHER = "other";

  private record Known(String name, String method, List<String> segments) {
    boolean isAt(List<String> called) {
      for (int i = 0; i < segments.size(); i++) {
        if (!segments.get(i).startsWith("{") && !segments.get(i).equals(called.get(i))) {
          return false;
        }
      }
      return true;
    }
  }

  /** By the number of segments. */
  private static final Map<Integer, List<Known>> KNOWN =
      Stream.concat(
              Calls.ALL.stream().map(call -> known(call.method(), call.path())),
              Stream.of(known("get", "/metrics")))
          .collect(Collectors.groupingBy(known -> known.segments().size()));

  private CallNames() {}

  private static Known known(String method, String path) {
    String upper = method.toUpperCase(Locale.ROOT);
    return new Known(upper + " " + path, upper, List.of(path.split("/", -1)));
  }

  static String of(String method, String rawPath) {
    List<String> called = List.of(rawPath.split("/", -1));
    return at(called)
        .filter(known -> known.method().equals(method))
        .map(Known::name)
        .findFirst()
        .orElse(OTHER);
  }

  /**
   * The methods that a path answers; none where there is nothing.
   *
   * @param path its decoded segments, without the empty one before the first slash
   */
  static SortedSet<String> methods(List<String> path) {
    List<String> called = new ArrayList<>(path.size() + 1);
    called.add("");
    called.addAll(path);
    return at(called).map(Known::method).collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<Known> at(List<String> called) {
    return KNOWN.getOrDefault(called.size(), List.of()).stream()
        .filter(known -> known.isAt(called));
  }
}
