package dev.stoker.openjd.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What holds throughout the decoding of one template, and the problems found so far. */
record Context(Set<Extension> extensions, Limits limits, List<Problem> problems) {
  static Context of(Set<Extension> extensions) {
    return new Context(Set.copyOf(extensions), Limits.with(extensions), new ArrayList<>());
  }

  /** More than a person reads at once; bounds what a hostile template can make us say. */
  private static final int MAX_PROBLEMS = 1000;

  private static final int MAX_TEXT = 2000;

  void add(String path, String message) {
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(new Problem(cut(path), cut(message)));
    } else if (problems.size() == MAX_PROBLEMS) {
      problems.add(
          new Problem("", "There are more problems than these first " + MAX_PROBLEMS + "."));
    }
  }

  private static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
  }

  boolean has(Extension extension) {
    return extensions.contains(extension);
  }

  void throwIfProblems() {
    if (!problems.isEmpty()) {
      throw new TemplateException(problems);
    }
  }
}
