package dev.stoker.agent.session;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Hides secrets in lines. A value of several lines is hidden line by line. Of fixed length, so that
 * not even a secret's length shows. Not thread-safe; owned by its session.
 */
final class Redactor {
  static final String MASK = "********";

  /** Longest first, so that a secret that holds another is hidden whole. */
  private final List<String> secrets = new ArrayList<>();

  void add(String secret) {
    secret
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !secrets.contains(line))
        .forEach(secrets::add);
    secrets.sort(Comparator.comparingInt(String::length).reversed());
  }

  List<String> secrets() {
    return List.copyOf(secrets);
  }

  String apply(String line) {
    String result = line;
    for (String secret : secrets) {
      result = result.replace(secret, MASK);
    }
    return result;
  }
}
