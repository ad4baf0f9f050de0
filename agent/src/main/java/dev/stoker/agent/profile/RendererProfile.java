package dev.stoker.agent.profile;

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
    Map<Integer, RendererEvent.Trouble> exits) {
  RendererProfile {
    rules = List.copyOf(rules);
    files = Map.copyOf(files);
    environment = Map.copyOf(environment);
    exits = Map.copyOf(exits);
  }
}
