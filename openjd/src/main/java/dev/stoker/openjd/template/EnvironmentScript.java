package dev.stoker.openjd.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What entering and leaving an environment runs.
 *
 * @param onExit null where leaving runs nothing; without a timeout of its own it has 300 s
 */
public record EnvironmentScript(
    Action onEnter, @Nullable Action onExit, List<EmbeddedFile> embeddedFiles) {
  public EnvironmentScript {
    embeddedFiles = List.copyOf(embeddedFiles);
  }
}
