package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.agent.config.ConfigFailure;
import dev.stoker.agent.config.StokerFile;
import dev.stoker.agent.launch.SessionLimits;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the configuration says of renderers' limits. */
final class RendererLimits {
  /** Those that a renderer can run into; CPU time is a template's timeout. */
  private static final List<String> NAMES =
      List.of("as", "core", "fsize", "memlock", "nofile", "nproc", "stack");

  private static final int MOST_NICE = 19;

  private RendererLimits() {}

  static SessionLimits of(StokerFile.@Nullable Renderers said) {
    if (said == null) {
      return SessionLimits.DEFAULT;
    }
    int nice = said.nice() == null ? SessionLimits.DEFAULT.niceness() : said.nice();
    if (nice < 0 || nice > MOST_NICE) {
      throw new ConfigFailure("'renderers.nice' is %d; write 0 to %d.".formatted(nice, MOST_NICE));
    }
    Map<String, Long> limits = new HashMap<>(SessionLimits.DEFAULT.ulimits());
    said.ulimits().forEach((name, value) -> limits.put(known(name), number(name, value)));
    return new SessionLimits(nice, limits);
  }

  private static String known(String name) {
    if (!NAMES.contains(name)) {
      throw new ConfigFailure(
          "'renderers.ulimits' names '%s'; known are %s."
              .formatted(name, String.join(", ", NAMES)));
    }
    return name;
  }

  private static long number(String name, String value) {
    return value.equals("unlimited") ? -1 : ByteSize.parse("renderers.ulimits." + name, value);
  }
}
