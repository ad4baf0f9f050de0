package dev.stoker.agent.profile;

import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one renderer.
 *
 * @param banner a line that it writes first; null where none is known
 * @param everywhere whether its rules are applied under other renderers' banners, too: it works
 *     within hosts, or has no banner
 * @param wrapsAtColumns where it breaks long messages; 0 when it does not
 * @param unchecked why a frame saved without a {@link Rule.Event#CHECKED} line is bad; null when
 *     the renderer checks its inputs itself
 * @param files start-up files by the path they get below the profile's folder in a session
 * @param notes name of the file there that the start-up scripts write to; null without one
 * @param environment templates by variable
 * @param exits what its exit codes mean
 * @param probes which names it looks for and can do without; null where nobody recorded that
 */
record RendererProfile(
    String name,
    @Nullable Pattern banner,
    boolean everywhere,
    int wrapsAtColumns,
    @Nullable String unchecked,
    List<Rule> rules,
    Map<String, byte[]> files,
    @Nullable String notes,
    Map<String, String> environment,
    Map<Integer, RendererEvent.Trouble> exits,
    @Nullable List<PathMatcher> probes) {
  RendererProfile {
    rules = List.copyOf(rules);
    files = Map.copyOf(files);
    environment = Map.copyOf(environment);
    exits = Map.copyOf(exits);
    probes = probes == null ? null : List.copyOf(probes);
  }

  /** Whether it only tries a name. */
  boolean probesFor(String path) {
    return probes != null && probes.stream().anyMatch(probe -> probe.matches(Path.of(path)));
  }
}
