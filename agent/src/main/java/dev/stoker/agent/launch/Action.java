package dev.stoker.agent.launch;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One command that a session runs.
 *
 * @param folder where it starts
 * @param environment all of its variables: it inherits none
 * @param command what to execute, looked up in the variables' PATH, and its arguments
 * @param keepsProcesses whether what it leaves running lives on until the session ends, as an
 *     environment's daemon must
 * @param limit after which the shim kills it even if no agent is there; zero: never
 */
public record Action(
    Path folder,
    Map<String, String> environment,
    List<String> command,
    boolean keepsProcesses,
    Duration limit) {

  public Action {
    environment = Map.copyOf(environment);
    command = List.copyOf(command);
    if (command.isEmpty() || command.getFirst().isEmpty()) {
      throw new IllegalArgumentException("An action needs a command.");
    }
  }

  /** The bytes of its file, as {@code stoker-shim.c} describes them. */
  byte[] toFile(String sessionMark) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    field(out, "1");
    field(out, keepsProcesses ? "1" : "0");
    field(out, "" + limit.toSeconds());
    field(out, folder.toString());
    field(out, "" + (environment.size() + 1));
    field(out, sessionMark);
    environment.forEach((name, value) -> field(out, name + "=" + value));
    command.forEach(argument -> field(out, argument));
    return out.toByteArray();
  }

  private static void field(ByteArrayOutputStream out, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "'"
              + text.replace('\0', '?')
              + "' holds a zero byte, which no argument or variable can.");
    }
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    out.write(0);
  }
}
