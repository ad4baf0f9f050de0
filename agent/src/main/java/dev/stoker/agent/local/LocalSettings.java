package dev.stoker.agent.local;

import dev.stoker.openjd.pathmap.PathMapping;
import java.nio.file.Path;
import java.util.Map;

/**
 * How a local session runs.
 *
 * @param temporary where the session's own folder is made
 * @param variables what every action's environment starts from
 * @param pathMapping rules for PATH values
 * @param preserve whether the session's folder stays
 * @param verbose whether commands, and lines that the job wants hidden, are shown
 */
public record LocalSettings(
    Path temporary,
    Map<String, String> variables,
    PathMapping pathMapping,
    boolean preserve,
    boolean verbose) {
  public LocalSettings {
    variables = Map.copyOf(variables);
  }
}
