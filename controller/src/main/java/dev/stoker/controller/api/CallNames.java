package dev.stoker.controller.api;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a call is called in metrics: method and path with names for what varies, so there are few.
 */
final class CallNames {
  private static final String OTHER = "other";

  private record Known(String name, String method, List<String> segments) {
    boolean is(String calledMethod, List<String> called) {
      if (!method.equals(calledMethod)) {
        return false;
      }
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
    return KNOWN.getOrDefault(called.size(), List.of()).stream()
        .filter(known -> known.is(method, called))
        .map(Known::name)
        .findFirst()
        .orElse(OTHER);
  }
}
