package dev.stoker.openjd.template;

import java.util.List;

/** What a step's tasks run. */
public record StepScript(Action onRun, List<EmbeddedFile> embeddedFiles) {
  public StepScript {
    embeddedFiles = List.copyOf(embeddedFiles);
  }
}
