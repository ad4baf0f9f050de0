package dev.stoker.agent.session;

import dev.stoker.openjd.template.Environment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * An environment on the session's stack, with the variables it brought. Not thread-safe; owned by
 * its session.
 */
final class EnteredEnvironment {
  private final Environment environment;
  private final int number;
  private final Map<String, String> variables = new HashMap<>();
  private final Set<String> unset = new HashSet<>();

  EnteredEnvironment(Environment environment, int number) {
    this.environment = environment;
    this.number = number;
  }

  /** As an earlier agent left it. */
  EnteredEnvironment(Environment environment, SessionRecord.Entered left) {
    this(environment, left.number());
    variables.putAll(left.variables());
    unset.addAll(left.unset());
  }

  SessionRecord.Entered record() {
    return new SessionRecord.Entered(number, variables, unset);
  }

  Environment environment() {
    return environment;
  }

  /** Tells its files from those of other environments. */
  int number() {
    return number;
  }

  void set(String name, String value) {
    variables.put(name, value);
  }

  void unset(String name) {
    unset.add(name);
  }

  /** Changes {@code all} to what holds inside; where it both sets and unsets, it unsets. */
  void applyTo(Map<String, String> all) {
    all.putAll(variables);
    unset.forEach(all::remove);
  }
}
