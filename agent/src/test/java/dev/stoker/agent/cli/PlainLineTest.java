package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.Writer;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Two readers of one command line must not come to two meanings. */
class PlainLineTest {
  private static final List<String> COMMANDS = List.of("fetch", "fetch", "push", "agent", "io");
  private static final List<String> SERVICE_WORDS =
      List.of(
          "--controller",
          "http://c:1",
          "--listen",
          "h:0",
          "--data",
          "/d",
          "--imds",
          "--token-file");
  private static final List<String> WORDS =
      List.of(
          "a",
          "http://h/x",
          "blob://a/c/",
          "b c",
          "x=y",
          "",
          "-",
          "@file",
          "--",
          "--json",
          "--sync",
          "--verify",
          "--create-container",
          "--overwrite",
          "never",
          "--overwrite=always",
          "--memory",
          "64MiB",
          "--data",
          "/d",
          "--config",
          "--cache",
          "--help",
          "-h",
          "--jso",
          "--no-such");

  @Test
  void whatIsPlainMeansWhatPicocliUnderstands() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int plain = 0;
    for (int round = 0; round < 4_000; round++) {
      List<String> line = new ArrayList<>();
      line.add(COMMANDS.get(random.nextInt(COMMANDS.size())));
      boolean service = line.getFirst().equals("agent") || line.getFirst().equals("io");
      for (int i = (service ? 0 : 2) + random.nextInt(4); i > 0; i--) {
        // Operands more often where they belong, or hardly a line would be plain.
        List<String> usual = service ? SERVICE_WORDS : WORDS.subList(0, 5);
        List<String> words = random.nextBoolean() ? usual : WORDS;
        line.add(words.get(random.nextInt(words.size())));
      }
      Context ours = context();
      Callable<Integer> command = PlainLine.command(ours, line.toArray(String[]::new));
      if (command == null) {
        continue;
      }
      plain++;
      Context theirs = context();
      CommandLine parser = Commands.commandLine(theirs, line.toArray(String[]::new));
      CommandLine.ParseResult parsed = parser.parseArgs(line.toArray(String[]::new));
      Object understood = parsed.subcommand().commandSpec().userObject();
      String message = "seed " + seed + ", line " + line;
      assertEquals(fields(understood), fields(command), message);
      assertEquals(fields(theirs.options()), fields(ours.options()), message);
    }
    assertTrue(plain > 200, "only " + plain + " lines were plain, seed " + seed);
  }

  private static Context context() {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    return new Context(nowhere, nowhere, Map.of(), Path.of("/"), false);
  }

  private static Map<String, String> fields(Object command) throws IllegalAccessException {
    Map<String, String> values = new TreeMap<>();
    Field[] fields = command.getClass().getDeclaredFields();
    AccessibleObject.setAccessible(fields, true);
    for (Field field : fields) {
      boolean own = field.getType().isPrimitive() || field.getType().getName().startsWith("java.");
      if (own && !Modifier.isStatic(field.getModifiers())) {
        values.put(field.getName(), String.valueOf(field.get(command)));
      }
    }
    return values;
  }
}
