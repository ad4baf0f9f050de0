package dev.stoker.io.fetch;

import java.util.ArrayList;
import java.util.List;

/** What was decided under a lock and must be done outside it, in order. Not thread-safe. */
final class Chores {
  private final List<Runnable> todo = new ArrayList<>(2);

  void add(Runnable chore) {
    todo.add(chore);
  }

  void run() {
    todo.forEach(Runnable::run);
  }
}
