package dev.stoker.agent.cli;

import java.util.List;

/** Which commands there are, in the order of the help. */
final class Commands {
  private Commands() {}

  static List<Object> all(Context context) {
    return List.of();
  }
}
