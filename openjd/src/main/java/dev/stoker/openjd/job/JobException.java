package dev.stoker.openjd.job;

import java.util.List;

/** No job can be made of these templates and values. Carries every reason, each a sentence. */
public final class JobException extends RuntimeException {
  private final transient List<String> problems;

  public JobException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems;
  }
}
