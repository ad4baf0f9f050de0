package dev.stoker.agent.cli;

import dev.stoker.agent.config.Flags;
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
 * Command lines that say nothing unusual, of what starts often or has to be ready soon ({@code
 * fetch}, {@code push}, {@code agent}, {@code io}): whole operands, and options written out, each
 * once, with its value as the next word. They are understood here because picocli's reflection
 * costs 0.2 CPU-s, as much as starting Java and fetching a small tree. What is not plain (help,
 * mistakes, abbreviations, argument files, a cache) is picocli's, who also says what is wrong with
 * it; {@code PlainLineTest} holds the two to the same answers.
 */
final class PlainLine {
  private static final Set<String> FETCH_FLAGS = Set.of("--sync", "--json");
  private static final Set<String> PUSH_FLAGS = Set.of("--verify", "--create-container", "--json");
  private static final Set<String> SERVICE_FLAGS = Set.of("--json");
  private static final Set<String> FETCH_VALUES = Set.of("--config", "--data", "--memory");
  private static final Set<String> PUSH_VALUES =
      Set.of("--config", "--data", "--memory", "--overwrite");
  private static final Set<String> SERVICE_VALUES =
      Set.of(
          "--config", "--data", "--controller", "--token-file", "--listen", "--memory", "--imds");

  private final List<String> operands = new ArrayList<>();
  private final Set<String> flags = new HashSet<>();
  private final Map<String, String> values = new HashMap<>();

  private PlainLine() {}

  /** The command, ready to be called, with the context's options set; null when it is not plain. */
  static @Nullable Callable<Integer> command(Context context, String... arguments) {
    if (arguments.length == 0) {
      return null;
    }
    PlainLine line = new PlainLine();
    Callable<Integer> command =
        switch (arguments[0]) {
          case "fetch" -> line.fetch(context, arguments);
          case "push" -> line.push(context, arguments);
          case "agent" -> line.isPlainService(arguments) ? new AgentCommand(context) : null;
          case "io" -> line.isPlainService(arguments) ? new IoCommand(context) : null;
          default -> null;
        };
    if (command != null) {
      context.options().set(line.everywhere(), line.flags.contains("--json"));
    }
    return command;
  }

  /** Whether this command serves others, and so has more to end than itself. */
  static boolean isService(String command) {
    return command.equals("agent") || command.equals("io");
  }

  private @Nullable Callable<Integer> fetch(Context context, String... arguments) {
    return take(arguments, FETCH_FLAGS, FETCH_VALUES) && operands.size() >= 2
        ? new FetchCommand(context, operands, flags.contains("--sync"))
        : null;
  }

  private @Nullable Callable<Integer> push(Context context, String... arguments) {
    return take(arguments, PUSH_FLAGS, PUSH_VALUES) && operands.size() == 2
        ? new PushCommand(
            context,
            Path.of(operands.getFirst()),
            operands.getLast(),
            values.getOrDefault("--overwrite", "changed"),
            flags.contains("--verify"),
            flags.contains("--create-container"))
        : null;
  }

  private boolean isPlainService(String... arguments) {
    return take(arguments, SERVICE_FLAGS, SERVICE_VALUES) && operands.isEmpty();
  }

  private Flags everywhere() {
    return new Flags(
        path("--config"),
        path("--data"),
        values.get("--controller"),
        path("--token-file"),
        values.get("--listen"),
        values.get("--memory"),
        values.get("--imds"));
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
