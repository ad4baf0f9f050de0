package dev.stoker.agent.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.stoker.agent.config.Flags;
import dev.stoker.agent.config.Settings;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Wire;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What surrounds one run of the command line: its streams, environment and working folder, and the
 * options that every command takes. Owned by the thread that runs the command.
 */
final class Context {
  private final PrintWriter out;
  private final PrintWriter err;
  private final Map<String, String> environment;
  private final Path folder;
  private final boolean terminal;
  private final EverywhereOptions options = new EverywhereOptions();
  private @Nullable Settings settings;

  /**
   * @param folder the working folder, absolute
   * @param terminal whether a person watches
   */
  Context(
      PrintWriter out,
      PrintWriter err,
      Map<String, String> environment,
      Path folder,
      boolean terminal) {
    this.out = out;
    this.err = err;
    this.environment = Map.copyOf(environment);
    this.folder = folder;
    this.terminal = terminal;
  }

  PrintWriter out() {
    return out;
  }

  PrintWriter err() {
    return err;
  }

  Map<String, String> environment() {
    return environment;
  }

  Path folder() {
    return folder;
  }

  /** Whether a person watches, so that bars may move; never with {@code --json}. */
  boolean terminal() {
    return terminal && !options.json();
  }

  EverywhereOptions options() {
    return options;
  }

  boolean json() {
    return options.json();
  }

  /** The configuration, read on first use: commands that need none work beside a broken file. */
  Settings settings() {
    @Nullable Settings known = settings;
    if (known == null) {
      Flags flags = options.flags();
      known = Settings.load(flags, environment, folder);
      settings = known;
    }
    return known;
  }

  /** Calls the controller that the configuration names. The caller closes it. */
  ControllerClient client() {
    return new ControllerClient(
        settings().controller(),
        settings().personToken().orElse(null),
        trust(settings().controller()));
  }

  /**
   * Whose certificates count when the controller is called; null for those that Java trusts, and
   * where there is no TLS.
   */
  @Nullable SSLContext trust(URI controller) {
    return "https".equals(controller.getScheme()) ? Trust.of(environment) : null;
  }

  /** Says that a long-running command works, in the one line that scripts wait for. */
  void ready(String where) {
    if (json()) {
      printJson(Map.of("ready", where));
    } else {
      out.println("ready " + where);
    }
    out.flush();
  }

  /** Prints the one document that stdout is with {@code --json}. */
  void printJson(Object value) {
    try {
      out.println(
          Wire.mapper().writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A result has no JSON form", e);
    }
    out.flush();
  }
}
