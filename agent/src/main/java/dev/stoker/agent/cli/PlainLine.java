package dev.stoker.agent.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Command lines of {@code fetch} and {@code push} that say nothing unusual: whole operands, and
 * options written out, each once, with its value as the next word. They are understood here because
 * picocli's reflection costs 0.2 CPU-s, as much as starting Java and fetching a small tree. What is
 * not plain (help, mistakes, abbreviations, argument files, a cache) is picocli's, who also says
 * what is wrong with it; {@code PlainLineTest} holds the two to the same answers.
 */
final class PlainLine {
  private static final Set<String> FETCH_FLAGS = Set.of("--sync", "--json");
  private static final Set<String> PUSH_FLAGS = Set.of("--verify", "--create-container", "--json");
  private static final Set<String> FETCH_VALUES = Set.of("--config", "--data", "--memory");
  private static final Set<String> PUSH_VALUES =
      Set.of("--config", "--data", "--memory", "--overwrite");

  private final List<String> operands = new ArrayList<>();
  private final Set<String> flags = new HashSet<>();
  private final Map<String, String> values = new HashMap<>();

  private PlainLine() {}

  /** The command, ready to be called, with the context's options set; null when it is not plain. */
  static @Nullable Callable<Integer> command(Context context, String... arguments) {
    if (arguments.length < 3) {
      return null;
    }
    boolean fetch = arguments[0].equals("fetch");
    if (!fetch && !arguments[0].equals("push")) {
      return null;
    }
    PlainLine line = new PlainLine();
    boolean plain =
        line.take(arguments, fetch ? FETCH_FLAGS : PUSH_FLAGS, fetch ? FETCH_VALUES : PUSH_VALUES);
    int operands = line.operands.size();
    if (!plain || operands < 2 || (!fetch && operands > 2)) {
      return null;
    }
    context
        .options()
        .set(
            line.path("--config"),
            line.path("--data"),
            line.values.get("--memory"),
            line.flags.contains("--json"));
    return fetch
        ? new FetchCommand(context, line.operands, line.flags.contains("--sync"))
        : new PushCommand(
            context,
            Path.of(line.operands.getFirst()),
            line.operands.getLast(),
            line.values.getOrDefault("--overwrite", "changed"),
            line.flags.contains("--verify"),
            line.flags.contains("--create-container"));
  }

  private boolean take(String[] arguments, Set<String> knownFlags, Set<String> knownValues) {
    for (int i = 1; i < arguments.length; i++) {
      String word = arguments[i];
      if (knownFlags.contains(word)) {
        if (!flags.add(word)) {
          return false;
        }
      } else if (knownValues.contains(word)) {
        i++;
        if (i == arguments.length
            || !isOperand(arguments[i])
            || values.put(word, arguments[i]) != null) {
          return false;
        }
      } else if (isOperand(word)) {
        operands.add(word);
      } else {
        return false;
      }
    }
    return true;
  }

  /** Picocli reads arguments from a file whose name follows an {@code @}. */
  private static boolean isOperand(String word) {
    return !word.isEmpty() && word.charAt(0) != '-' && word.charAt(0) != '@';
  }

  private @Nullable Path path(String option) {
    String value = values.get(option);
    return value == null ? null : Path.of(value);
  }
}
