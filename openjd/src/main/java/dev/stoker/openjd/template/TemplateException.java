package dev.stoker.openjd.template;

import java.util.List;
import java.util.stream.Collectors;

/** A text or document is no valid template. Carries every problem found, at least one. */
public final class TemplateException extends RuntimeException {
  private final transient List<Problem> problems;

  public TemplateException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  TemplateException(String message) {
    this(List.of(new Problem("", message)));
  }

  public List<Problem> problems() {
    return problems;
  }
}
